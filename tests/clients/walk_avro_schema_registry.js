// SPDX-License-Identifier: Apache-2.0
// The walk of avro-schema-registry. The URL of an empty registry is the only argument.
'use strict';

const connect = require('avro-schema-registry');
const { assert, broken, failure, user, walk, wider } = require('./walk');

const url = process.argv[2];
const fresh = () => connect(url);
const ada = { name: 'Ada', age: 36 };
const name = (record) => JSON.parse(JSON.stringify(record)).name;

walk({
    async register() {
        const message = await fresh().encodeMessage('register', user, ada);
        assert.equal(message.subarray(0, 5).toString('hex'), '0000000001');
        assert.ok((await fresh().encodeKey('register', user, ada)).equals(message));
        assert.ok((await fresh().encodeMessageByTopicName('register-value', ada)).equals(message));
        assert.equal((await fresh().encodeMessage('register', wider, { ...ada, city: 'Rom' }))[4], 2);
    },

    async ids() {
        const message = await fresh().encodeMessage('ids', user, ada);
        assert.equal(name(await fresh().decode(message)), 'Ada');
    },

    // It reads the list of versions and takes the last one.
    async versions() {
        await fresh().encodeMessage('versions', user, ada);
        await fresh().encodeMessage('versions', wider, { ...ada, city: 'Rom' });
        const message = await fresh().encodeById(2, { ...ada, city: 'Rom' });
        assert.equal((await fresh().decode(message)).city, 'Rom');
    },

    async latest() {
        await fresh().encodeMessage('latest', user, ada);
        await fresh().encodeMessage('latest', wider, { ...ada, city: 'Rom' });
        assert.equal((await fresh().encodeMessageByTopicName('latest-value', { ...ada, city: 'Rom' }))[4], 2);
    },

    async serde() {
        const registry = fresh();
        const message = await registry.encodeMessage('serde', wider, { ...ada, city: 'Rom' });
        const decoded = await registry.decodeMessage(message);
        assert.deepEqual([decoded.city, decoded.age], ['Rom', 36]);
    },

    async errors() {
        await fresh().encodeMessage('errors', user, ada);
        const refused = await failure(fresh().encodeMessage('errors', broken, { ...ada, country: 'IT' }));
        assert.match(String(refused.message || refused), /Schema registry error: 40901 - /);
        const unknown = await failure(fresh().decode(Buffer.from('000000006300', 'hex')));
        assert.match(String(unknown.message || unknown), /error: 40403 - Schema 99 not found/);
    },
});
