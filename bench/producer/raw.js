// SPDX-License-Identifier: Apache-2.0
// The source text of one value inside a JSON text that was already found to be good.
'use strict';

function afterSpace(text, at) {
  while (' \t\n\r'.includes(text[at])) at++;
  return at;
}

function afterString(text, at) {
  do at = text.indexOf('"', at + 1);
  while (escaped(text, at));
  return at + 1;
}

function escaped(text, at) {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

function afterValue(text, at) {
  if (text[at] === '"') return afterString(text, at);
  let depth = 0;
  for (;; at++) {
    const byte = text[at];
    if (byte === '"') at = afterString(text, at) - 1;
    else if (byte === '{' || byte === '[') depth++;
    else if (depth > 0 && (byte === '}' || byte === ']')) depth--;
    else if (depth === 0 && ',}] \t\n\r'.includes(byte)) return at;
    if (depth === 0 && (byte === '}' || byte === ']')) return at + 1;
  }
}

// Where the member's value begins; `at` is on the brace of its object.
function memberAt(text, at, name) {
  at = afterSpace(text, at + 1);
  for (;;) {
    const end = afterString(text, at), found = JSON.parse(text.slice(at, end));
    at = afterSpace(text, afterSpace(text, end) + 1);
    if (found === name) return at;
    at = afterSpace(text, afterSpace(text, afterValue(text, at)) + 1);
  }
}

// Of objects alone: no mapping here takes the source of an array's element.
function rawAt(text, path) {
  let at = afterSpace(text, 0);
  for (const name of path) at = memberAt(text, at, name);
  return text.slice(at, afterValue(text, at));
}

module.exports = {rawAt};
