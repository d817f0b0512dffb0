// SPDX-License-Identifier: Apache-2.0
// The mapping file in JavaScript, for the baseline: every expression becomes a function once, an event only
// calls them. What is found is null when there is nothing.
'use strict';
const crypto = require('crypto');
const {rawAt} = require('./raw.js');

const STRING_MAX = 65536, TOPIC_MAX = 1024;
const EARLIEST = Date.UTC(1990, 0, 1), LATEST = Date.UTC(2200, 0, 1);
const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)$/;
const MISSING = 'required-field-missing';

class Refused extends Error {}

// ---- pointers

function steps(pointer) {
  return pointer.split('/').slice(1).map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function lastWith(array, step) {
  const [name, wanted] = step.slice(1).split('=');
  for (let i = array.length - 1; i >= 0; i--)
    if (array[i] && array[i][name] === wanted) return array[i];
  return null;
}

function into(value, step) {
  if (value === null || typeof value !== 'object') return null;
  if (Array.isArray(value) && step[0] === '?') return lastWith(value, step);
  if (Array.isArray(value) && !/^\d+$/.test(step)) return null;
  const found = Object.prototype.hasOwnProperty.call(value, step) ? value[step] : null;
  return found === undefined ? null : found;
}

// A function of (event) that gives what the pointer finds.
function finder(text) {
  const fromRoot = text.startsWith('env:'), path = steps(fromRoot ? text.slice(4) : text);
  if (path.length === 1) {
    const step = path[0];
    return fromRoot ? (event) => into(event.root, step) : (event) => into(event.body, step);
  }
  return (event) => {
    let value = fromRoot ? event.root : event.body;
    for (let i = 0; i < path.length && value !== null; i++) value = into(value, path[i]);
    return value;
  };
}

// ---- conversions

function timestamp(value) {
  let ms = value;
  if (typeof value === 'string') {
    const parts = ISO.exec(value);
    if (!parts) throw new Refused('timestamp-not-iso8601');
    const [, year, month, day, hour, minute, second, fraction, zone] = parts;
    ms = Date.UTC(year, month - 1, day, hour, minute, second, fraction ? +(fraction + '00').slice(0, 3) : 0);
    if (zone !== 'Z') {
      const minutes = +zone.slice(1, 3) * 60 + +zone.slice(-2);
      ms -= (zone[0] === '-' ? -minutes : minutes) * 60000;
    }
  } else if (typeof value !== 'number') {
    throw new Refused('timestamp-wrong-type');
  } else if (!Number.isInteger(value)) {
    throw new Refused('timestamp-not-integer');
  }
  if (ms < EARLIEST || ms >= LATEST) throw new Refused('timestamp-out-of-range');
  return ms;
}

function asText(change) {
  return (value, event) => {
    if (typeof value !== 'string') return event.warn('type-mismatch');
    if (value.length > STRING_MAX / 4 && Buffer.byteLength(value) > STRING_MAX)
      return event.warn('string-too-long');
    return change ? change(value) : value;
  };
}

const conversions = {
  string: asText(null),
  upper: asText((text) => text.toUpperCase()),
  upper_snake: asText((text) =>
    text.replace(/([a-z0-9])(?=[A-Z])/g, '$1_').replace(/\./g, '_').toUpperCase()),
  long: (value, event) => (Number.isSafeInteger(value) ? value : event.warn('type-mismatch')),
  double: (value, event) => (typeof value === 'number' ? value : event.warn('type-mismatch')),
  timestamp_ms: timestamp,
};

function getter(pointer, as) {
  const find = finder(pointer), convert = conversions[as];
  if (as !== 'string') {
    return (event) => {
      const value = find(event);
      return value === null ? null : convert(value, event);
    };
  }
  return (event) => {
    const value = find(event);
    return value === null || value === '' ? null : convert(value, event);
  };
}

// ---- expressions

function first(expression, mapping) {
  const parts = expression.first.map((part) => compile(part, mapping));
  const needed = expression.required;
  return (event) => {
    for (let i = 0; i < parts.length; i++) {
      const value = parts[i](event);
      if (value !== null) return value;
    }
    if (needed) throw new Refused(MISSING);
    return null;
  };
}

function spelled(value) {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function uuid5(expression, mapping) {
  const space = Buffer.from(mapping.uuid5_namespace.replace(/-/g, ''), 'hex');
  const parts = expression.uuid5.map((part) =>
    (/^(env:)?\//.test(part) ? finder(part) : compile(part, mapping)));
  return (event) => {
    const name = parts.map((part) => spelled(part(event))).join('\x1f');
    const digest = crypto.createHash('sha1').update(space).update(name).digest();
    digest[6] = (digest[6] & 0x0f) | 0x50;
    digest[8] = (digest[8] & 0x3f) | 0x80;
    const hex = digest.toString('hex', 0, 16);
    const groups = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]];
    return groups.map(([from, to]) => hex.slice(from, to)).join('-');
  };
}

function record(expression, mapping) {
  const names = Object.keys(expression.record);
  const parts = names.map((name) => compile(expression.record[name], mapping));
  return (event) => {
    const made = {};
    let empty = true;
    for (let i = 0; i < names.length; i++) {
      made[names[i]] = parts[i](event);
      empty = empty && made[names[i]] === null;
    }
    return empty && expression.null_if_empty ? null : made;
  };
}

function raw(pointer) {
  const path = steps(pointer), find = finder(pointer);
  return (event) => {
    if (find(event) === null) return null;
    return Buffer.from(rawAt(event.line, event.bodyPath.concat(path)), 'utf8');
  };
}

function compileText(text, mapping) {
  if (text[0] === '=') return () => text.slice(1);
  if (text.startsWith('const:')) return () => mapping.constants[text.slice(6)];
  if (text.startsWith('topic:')) {
    const name = text.slice(6);
    return (event) => event.captured(name);
  }
  if (text === '$topic') return (event) => event.topic;
  if (text === '$template') return (event) => event.rule.general;
  return getter(text, 'string');
}

function compile(expression, mapping) {
  if (expression === null) return () => null;
  if (typeof expression === 'string') return compileText(expression, mapping);
  if ('first' in expression) return first(expression, mapping);
  if ('uuid5' in expression) return uuid5(expression, mapping);
  if ('record' in expression) return record(expression, mapping);
  if ('raw' in expression) return raw(expression.raw);
  if ('get' in expression) return getter(expression.get, expression.as);
  if ('split' in expression) {
    const whole = compile(`env:${expression.split.slice(4)}`, mapping);
    return (event) => {
      const text = whole(event);
      return (text !== null && text.split(expression.by)[expression.index]) || null;
    };
  }
  const table = new Map(Object.entries(mapping.lookups[expression.lookup]));
  const key = compile(expression.key, mapping);
  return (event) => {
    const name = key(event);
    return (name !== null && table.get(name)) || null;
  };
}

// ---- what an event is

function condition(pointer, wanted) {
  const find = finder(`env:${pointer}`);
  if (wanted[0] === '=') return (event) => find(event) === wanted.slice(1);
  if (wanted[0] === '^') {
    return (event) => {
      const value = find(event);
      return typeof value === 'string' && value.startsWith(wanted.slice(1));
    };
  }
  if (wanted === 'array') return (event) => Array.isArray(find(event));
  return (event) => {
    const value = find(event);
    return value !== null && typeof value === wanted && !Array.isArray(value);
  };
}

function conditions(when) {
  const all = Object.entries(when).map(([pointer, wanted]) => condition(pointer, wanted));
  return (event) => all.every((holds) => holds(event));
}

class Template {
  constructor(text) {
    this.parts = text.split('.');
    this.names = this.parts.map((part) => (part[0] === '{' ? part.slice(1, -1) : null));
    this.general = this.parts.map((part, i) => (this.names[i] ? '{id}' : part)).join('.');
  }

  matches(segments) {
    if (segments.length !== this.parts.length) return false;
    for (let i = segments.length - 1; i >= 0; i--)
      if (this.names[i] ? segments[i] === '' : segments[i] !== this.parts[i]) return false;
    return true;
  }
}

class Event {
  constructor(line, root, now) {
    this.line = line;
    this.root = root;
    this.now = now;
    this.warnings = null;
  }

  warn(flaw) {
    (this.warnings = this.warnings || new Set()).add(flaw);
    return null;
  }

  captured(name) {
    const at = this.rule.names.indexOf(name);
    return at < 0 ? null : this.segments[at];
  }
}

class Rule extends Template {
  constructor(rule, mapping, fields) {
    super(rule.topic);
    const said = rule.like ? mapping.rules.find((other) => other.topic === rule.like) : rule;
    const set = {...mapping.common, ...said.set};
    this.names_of_fields = Object.keys(set);
    this.parts = this.parts.slice();
    this.values = this.names_of_fields.map((name) => compile(set[name], mapping));
    this.wanted = this.names_of_fields.map((name) => fields.has(name));
    this.ingest = said.timestamp_fallback === 'ingest';
    this.key = compile(said.key || mapping.key, mapping);
  }

  field(i, event) {
    if (!this.ingest || this.names_of_fields[i] !== 'timestamp') return this.values[i](event);
    try {
      return this.values[i](event);
    } catch (cause) {
      if (!(cause instanceof Refused) || cause.message !== MISSING) throw cause;
      event.warn('timestamp-from-ingest');
      return event.now;
    }
  }

  fill(event) {
    const record = {};
    for (let i = 0; i < this.values.length; i++) {
      const value = this.field(i, event);
      if (this.wanted[i]) record[this.names_of_fields[i]] = value;
    }
    return record;
  }
}

class Mapping {
  constructor(text, fields) {
    const mapping = JSON.parse(text);
    this.skips = mapping.skip.filter((skip) => skip.when).map((skip) => [conditions(skip.when), skip.reason]);
    this.skipped = mapping.skip.filter((skip) => skip.topic)
      .map((skip) => [new Template(skip.topic), skip.reason]);
    this.envelopes = mapping.envelopes.map((envelope) => ({
      fits: conditions(envelope.when),
      topic: compileText(envelope.topic[0] === '=' ? envelope.topic : `env:${envelope.topic}`, mapping),
      body: finder(`env:${envelope.body}`),
      path: steps(envelope.body),
    }));
    this.rules = new Map();
    for (const given of mapping.rules) {
      const rule = new Rule(given, mapping, fields);
      this.rules.set(rule.parts.length, [...(this.rules.get(rule.parts.length) || []), rule]);
    }
  }

  // {record, key} of a line, or {skip} or {dead} with the reason.
  apply(line, now) {
    const event = new Event(line, JSON.parse(line), now);
    for (const [holds, reason] of this.skips) if (holds(event)) return {skip: reason};
    const envelope = this.envelopes.find((one) => one.fits(event));
    if (!envelope) return {dead: 'unknown-envelope'};
    event.topic = envelope.topic(event);
    event.body = envelope.body(event);
    event.bodyPath = envelope.path;
    if (event.topic.length > TOPIC_MAX) return {dead: 'topic-too-long'};
    event.segments = event.topic.split('.');
    for (const [template, reason] of this.skipped)
      if (template.matches(event.segments)) return {skip: reason};
    event.rule = (this.rules.get(event.segments.length) || []).find((rule) => rule.matches(event.segments));
    if (!event.rule) return {dead: 'unmapped-topic'};
    return this.settle(event);
  }

  settle(event) {
    const type = event.root['detail-type'], id = event.body.conversationId;
    if (typeof type === 'string' && type !== this.typeOf(event)) return {dead: 'detail-type-mismatch'};
    const captured = event.captured('conversation_id');
    if (captured && typeof id === 'string' && id && captured !== id)
      return {dead: 'conversation-id-mismatch'};
    try {
      return {record: event.rule.fill(event), key: event.rule.key(event), warnings: event.warnings};
    } catch (cause) {
      if (cause instanceof Refused) return {dead: cause.message};
      throw cause;
    }
  }

  typeOf(event) {
    const {rule} = event;
    const media = rule.names.indexOf('media');
    if (media < 0) return rule.general;
    const shown = (part, i) => (!rule.names[i] ? part : i === media ? event.segments[i] : '{id}');
    return rule.parts.map(shown).join('.');
  }
}

module.exports = {Mapping};
