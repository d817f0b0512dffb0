/* SPDX-License-Identifier: Apache-2.0 */
/* Topics and their templates: split once, compared segment by segment. */
#include "producer/topic.h"

static size_t count_dots(struct span text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '.';
    return count;
}

/* Takes what stands before the next dot off the front, and the dot. */
static struct span take_segment(struct span *rest)
{
    const char *dot = rest->len ? memchr(rest->ptr, '.', rest->len) : NULL;
    struct span segment = dot ? span_first(*rest, (size_t)(dot - rest->ptr)) : *rest;
    *rest = span_from(*rest, segment.len + 1);
    return segment;
}

struct topic topic_split(struct span text, struct arena *arena)
{
    struct topic topic = {.text = text, .count = count_dots(text) + 1};
    struct span *segments = arena_array(arena, topic.count, sizeof *segments);
    for (size_t i = 0; i < topic.count; i++)
        segments[i] = take_segment(&text);
    topic.segments = segments;
    return topic;
}

static bool has_brace(struct span text)
{
    return text.len && (memchr(text.ptr, '{', text.len) || memchr(text.ptr, '}', text.len));
}

static bool read_segment(struct span text, struct topic_segment *segment, struct error *err)
{
    segment->text = text;
    if (!has_brace(text))
        return true;
    segment->captures = true;
    bool framed = text.len > 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}';
    if (framed)
        segment->text = (struct span){text.ptr + 1, text.len - 2};
    if (!framed || has_brace(segment->text))
        return error_set(err, 0, "a capture is a whole segment, {name}");
    return true;
}

static struct span generalize(const struct topic_template *parsed, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < parsed->count; i++) {
        if (i)
            buffer_byte(&out, '.');
        buffer_put(&out, parsed->segments[i].captures ? SPAN("{id}") : parsed->segments[i].text);
    }
    return buffer_span(&out);
}

bool topic_template_parse(struct span text, struct topic_template *parsed, struct arena *arena,
                          struct error *err)
{
    if (text.len == 0)
        return error_set(err, 0, "a topic is not empty");
    *parsed = (struct topic_template){.text = text, .count = 0};
    struct topic topic = topic_split(text, arena);
    struct topic_segment *segments = arena_array(arena, topic.count, sizeof *segments);
    parsed->segments = segments;
    for (size_t i = 0; i < topic.count; i++) {
        struct topic_segment segment = {0};
        if (!read_segment(topic.segments[i], &segment, err))
            return false;
        if (segment.captures && topic_captures(parsed, segment.text))
            return error_set(err, 0, "the topic captures '%.*s' twice", SPAN_ARGS(segment.text));
        segments[parsed->count++] = segment;
    }
    parsed->general = generalize(parsed, arena);
    return true;
}

bool topic_matches(const struct topic_template *parsed, const struct topic *topic)
{
    if (parsed->count != topic->count)
        return false;
    for (size_t i = parsed->count; i-- > 0;) { /* topics begin alike and end differently */
        const struct topic_segment *segment = &parsed->segments[i];
        if (segment->captures ? topic->segments[i].len == 0 : !span_equal(segment->text, topic->segments[i]))
            return false;
    }
    return true;
}

bool topic_templates_same(const struct topic_template *a, const struct topic_template *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct topic_segment *x = &a->segments[i], *y = &b->segments[i];
        if (x->captures != y->captures || (!x->captures && !span_equal(x->text, y->text)))
            return false;
    }
    return true;
}

bool topic_captures(const struct topic_template *parsed, struct span name)
{
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->segments[i].captures && span_equal(parsed->segments[i].text, name))
            return true;
    return false;
}

struct span topic_captured(const struct topic_template *parsed, const struct topic *topic, struct span name)
{
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->segments[i].captures && span_equal(parsed->segments[i].text, name))
            return topic->segments[i];
    return (struct span){0};
}

bool topic_has_type(const struct topic_template *parsed, const struct topic *topic, struct span type)
{
    for (size_t i = 0; i < parsed->count; i++) {
        const struct topic_segment *segment = &parsed->segments[i];
        struct span wanted = segment->text;
        if (segment->captures)
            wanted = span_equal(segment->text, SPAN("media")) ? topic->segments[i] : SPAN("{id}");
        if (i && !span_starts(type, SPAN(".")))
            return false;
        type = span_from(type, i > 0);
        if (!span_starts(type, wanted))
            return false;
        type = span_from(type, wanted.len);
    }
    return type.len == 0;
}
