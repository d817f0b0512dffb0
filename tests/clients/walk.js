// SPDX-License-Identifier: Apache-2.0
// What the walks in JavaScript share: the checks one after the other, a line for each, and schemas.
'use strict';

const assert = require('assert').strict;

const user = {
    type: 'record', name: 'User', namespace: 'test', doc: 'naïve ☃', fields: [
        { name: 'name', type: 'string' },
        { name: 'age', type: ['null', 'int'], default: null },
    ],
};
const wider = { ...user, fields: [...user.fields, { name: 'city', type: 'string', default: '?' }] };
const broken = { ...user, fields: [...user.fields, { name: 'country', type: 'string' }] };
const record = (name, field, type) =>
    ({ type: 'record', name, namespace: 'test', fields: [{ name: field, type }] });
const address = record('Address', 'city', 'string');
const house = record('House', 'at', 'test.Address');        // refers to the other

// What a promise fails with; it is to fail.
async function failure(promise) {
    const succeeded = {};
    const error = await promise.then(() => succeeded, (reason) => reason);
    assert.notEqual(error, succeeded, 'it is to fail');
    return error;
}

// walk(checks): runs each function of the object, in order.
async function walk(checks) {
    for (const [name, check] of Object.entries(checks)) {
        try {
            await check();
            console.log(`ok ${name}`);
        } catch (error) {
            console.log(`not ok ${name}: ${JSON.stringify(String(error.stack || error))}`);
        }
    }
}

module.exports = { address, assert, broken, failure, house, user, walk, wider };
