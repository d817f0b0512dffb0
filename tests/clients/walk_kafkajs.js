// SPDX-License-Identifier: Apache-2.0
// The walk of @kafkajs/confluent-schema-registry. The URL of an empty registry is the only argument.
'use strict';

const { SchemaRegistry, SchemaType, COMPATIBILITY } = require('@kafkajs/confluent-schema-registry');
const { address, assert, broken, failure, house, user, walk, wider } = require('./walk');

const host = process.argv[2];
const fresh = () => new SchemaRegistry({ host, retry: { retries: 0 }, clientId: 'walk' });
const registry = fresh();
const plain = (record) => JSON.parse(JSON.stringify(record));
const avro = (schema, more = {}) => ({ type: SchemaType.AVRO, schema: JSON.stringify(schema), ...more });

walk({
    async register() {
        assert.equal((await registry.register(avro(user), { subject: 'register' })).id, 1);
        assert.equal((await fresh().register(avro(user), { subject: 'register' })).id, 1);
        assert.equal((await registry.register(avro(user))).id, 1);          // under its own name, test.User
        assert.equal((await registry.register(avro(wider), { subject: 'register' })).id, 2);
        assert.equal((await registry.register(avro(user), { subject: 'a/b c%d+e:ü' })).id, 1);
    },

    async lookup() {
        await registry.register(avro(wider), { subject: 'lookup' });
        assert.equal(await registry.getRegistryIdBySchema('lookup', avro(wider)), 2);
        const missing = await failure(fresh().getRegistryIdBySchema('lookup', avro(broken)));
        assert.match(missing.message, /not found/);         // it looks at the status, and rewords
    },

    async ids() {
        await registry.register(avro(user), { subject: 'ids' });
        assert.equal((await fresh().getSchema(1)).name, 'test.User');
    },

    async versions() {
        await registry.register(avro(user), { subject: 'versions' });
        assert.equal(await registry.getRegistryId('versions', 1), 1);
    },

    async latest() {
        await registry.register(avro(user), { subject: 'latest' });
        await registry.register(avro(wider), { subject: 'latest' });
        assert.equal(await registry.getLatestSchemaId('latest'), 2);
    },

    async compatibility() {
        await registry.register(avro(user), { subject: 'compatibility' });
        const refused = await failure(fresh().register(avro(broken), { subject: 'compatibility' }));
        assert.equal(refused.status, 409);
        assert.match(refused.message, /READER_FIELD_MISSING_DEFAULT_VALUE/);
    },

    // It asks for the level of a subject first, and sets it where there is none.
    async config() {
        const full = { subject: 'config', compatibility: COMPATIBILITY.FULL_TRANSITIVE };
        await registry.register(avro(user), full);
        await fresh().register(avro(user), full);
        const refused = await failure(fresh().register(avro(user),
            { subject: 'config', compatibility: COMPATIBILITY.FULL }));
        assert.match(refused.message, /Compatibility does not match/);
    },

    async references() {
        await registry.register(avro(address), { subject: 'address' });
        const references = [{ name: 'test.Address', subject: 'address', version: 1 }];
        const { id } = await registry.register(avro(house, { references }), { subject: 'references' });
        const message = await registry.encode(id, { at: { city: 'Rom' } });
        assert.deepEqual(plain(await fresh().decode(message)), { at: { city: 'Rom' } });
    },

    async serde() {
        const { id } = await registry.register(avro(wider), { subject: 'serde' });
        const message = await registry.encode(id, { name: 'Ada', age: 36, city: 'Rom' });
        assert.equal(message.subarray(0, 5).toString('hex'), '0000000002');
        assert.deepEqual(plain(await fresh().decode(message)), { name: 'Ada', age: 36, city: 'Rom' });
        const older = await fresh().decode(message, { [SchemaType.AVRO]: { readerSchema: user } });
        assert.deepEqual(plain(older), { name: 'Ada', age: 36 });
    },

    async errors() {
        const unknown = await failure(fresh().decode(Buffer.from('000000006300', 'hex')));
        assert.deepEqual([unknown.status, /Schema 99 not found/.test(unknown.message)], [404, true]);
        await registry.register(avro(user), { subject: 'errors' });
        const missing = await failure(registry.getRegistryId('errors', 9));
        assert.deepEqual([missing.status, /Version 9 not found\./.test(missing.message)], [404, true]);
        await failure(fresh().register(avro({ type: 'none' }), { subject: 'errors' }));
    },
});
