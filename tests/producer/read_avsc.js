// SPDX-License-Identifier: Apache-2.0
// Prints the records of container files as JSON lines, as avsc reads them; bytes by their hex digits.
//   node read_avsc.js FILE...
'use strict';
const path = require('path');
const avsc = require(require.resolve('avsc', {paths: [path.join(__dirname, '..', 'clients')]}));

function shown(name, value) {
  return value && value.type === 'Buffer' ? {$hex: Buffer.from(value.data).toString('hex')} : value;
}

for (const file of process.argv.slice(2))
  avsc.createFileDecoder(file).on('data', (record) => console.log(JSON.stringify(record, shown)));
