// SPDX-License-Identifier: Apache-2.0
// The baseline in JavaScript: the same mapping, encoded by avsc.
//   avsc.js verify|null|lake MAPPING SCHEMA INPUT [CODEC FOLDER]
// `verify` prints what the tests' vectors hold; `null` encodes and forgets; `lake` writes container files.
'use strict';
const crypto = require('crypto');
const {once} = require('events');
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const avsc = require(require.resolve('avsc', {paths: [process.env.BENCH_MODULES || '.']}));
const {Mapping} = require('./mapping.js');

const NOW = 1772400000000, CHUNK = 1 << 18;
const [form, mappingFile, schemaFile, input, codec, folder] = process.argv.slice(2);

function* lines(file) {
  const fd = fs.openSync(file), chunk = Buffer.allocUnsafe(CHUNK);
  let rest = Buffer.alloc(0);
  for (let size; (size = fs.readSync(fd, chunk, 0, CHUNK)) > 0;) {
    const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
    let from = 0;
    for (let end; (end = bytes.indexOf(10, from)) >= 0; from = end + 1)
      yield bytes.toString('utf8', from, end);
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}

// One container file per hour of the events, blocks of 64 KiB.
class Lake {
  constructor(type) {
    this.type = type;
    this.open = new Map();
  }

  async put(record) {
    const when = new Date(record.timestamp).toISOString();
    const hour = path.join(folder, `dt=${when.slice(0, 10)}`, `hour=${when.slice(11, 13)}`);
    if (!this.open.has(hour)) this.open.set(hour, this.begin(hour));
    const encoder = this.open.get(hour);
    if (!encoder.write(record)) await once(encoder, 'drain');
  }

  begin(hour) {
    fs.mkdirSync(hour, {recursive: true});
    const encoder = new avsc.streams.BlockEncoder(this.type, {
      codec, codecs: {null: (data, done) => done(null, data), deflate: zlib.deflateRaw},
      blockSize: 65536, writeHeader: true});
    encoder.pipe(fs.createWriteStream(path.join(hour, 'part.avro')));
    return encoder;
  }

  end() {
    for (const encoder of this.open.values()) encoder.end();
  }
}

async function main() {
  const type = avsc.Type.forSchema(JSON.parse(fs.readFileSync(schemaFile, 'utf8')));
  const mapping = new Mapping(fs.readFileSync(mappingFile, 'utf8'), new Set(type.fields.map((f) => f.name)));
  const lake = form === 'lake' ? new Lake(type) : null;
  let number = 0, encoded = 0, size = 0;
  for (const line of lines(input)) {
    number++;
    const {record} = mapping.apply(line, NOW);
    if (!record) continue;
    encoded++;
    if (lake) {
      await lake.put(record);
      continue;
    }
    const bytes = type.toBuffer(record);
    size += bytes.length;
    if (form === 'verify')
      console.log(`${number}\t${bytes.length}\t${crypto.createHash('sha256').update(bytes).digest('hex')}`);
  }
  if (lake) lake.end();
  if (form !== 'verify') console.log(`read ${number} encoded ${encoded} bytes ${size}`);
}

main();
