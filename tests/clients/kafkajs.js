// SPDX-License-Identifier: Apache-2.0
// Registers, encodes and decodes through @kafkajs/confluent-schema-registry, and prints what came of it as
// one line of JSON. The URL of the registry is the only argument.
'use strict';

const { SchemaRegistry, SchemaType, COMPATIBILITY } = require('@kafkajs/confluent-schema-registry');

const user = {
    type: 'record', name: 'User', namespace: 'test', doc: 'naïve ☃', fields: [
        { name: 'name', type: 'string' },
        { name: 'age', type: ['null', 'int'], default: null },
    ],
};
const wider = { ...user, fields: [...user.fields, { name: 'city', type: 'string', default: '?' }] };
const broken = { ...user, fields: [...user.fields, { name: 'country', type: 'string' }] };

const avro = (schema) => ({ type: SchemaType.AVRO, schema: JSON.stringify(schema) });

// The name, the status and the message of what a promise fails with.
async function failure(promise) {
    try {
        await promise;
    } catch (error) {
        return { name: error.name, status: error.status, message: error.message };
    }
    return null;
}

async function main(host) {
    const retry = { retries: 0 };
    const registry = new SchemaRegistry({ host, retry, clientId: 'schemad-test' });
    const fresh = () => new SchemaRegistry({ host, retry });
    const said = {};

    said.first = (await registry.register(avro(user), { subject: 'users-value' })).id;
    said.again = (await fresh().register(avro(user), { subject: 'users-value' })).id;
    said.named = (await registry.register(avro(user))).id;              // as test.User
    said.wider = (await registry.register(avro(wider), { subject: 'users-value' })).id;
    said.broken = await failure(fresh().register(avro(broken), { subject: 'users-value' }));
    said.level = await failure(fresh().register(avro(user),
        { subject: 'users-value', compatibility: COMPATIBILITY.FULL }));
    said.full = (await registry.register(avro(user),
        { subject: 'a/b c%d', compatibility: COMPATIBILITY.FULL_TRANSITIVE })).id;

    const message = await registry.encode(said.wider, { name: 'Ada', age: 36, city: 'Rome' });
    said.message = message.toString('hex');
    said.decoded = await fresh().decode(message);
    said.older = await fresh().decode(message, { [SchemaType.AVRO]: { readerSchema: user } });
    said.unknown = await failure(fresh().decode(Buffer.from('000000006300', 'hex')));

    said.latest = await registry.getLatestSchemaId('users-value');
    said.version = await registry.getRegistryId('users-value', 1);
    said.missing = await failure(registry.getRegistryId('users-value', 9));
    said.found = await registry.getRegistryIdBySchema('users-value', avro(wider));
    said.notFound = await failure(fresh().getRegistryIdBySchema('users-value', avro(broken)));
    said.parallel = await Promise.all([...Array(20).keys()].map(async (i) =>
        (await fresh().register(avro({ ...user, name: 'Same' }), { subject: `same-${i}` })).id));
    console.log(JSON.stringify(said));
}

main(process.argv[2]).catch((error) => {
    console.error(error);
    process.exit(1);
});
