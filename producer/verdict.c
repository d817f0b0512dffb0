/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE of formats: text for people, JSON, JUnit's XML and SARIF 2.1.0 for programs. The registry's messages
 * are sentences in a fixed frame; what has another frame is told as it came. */
#include "producer/verdict.h"

/* A message taken apart. Spans of the message. */
struct reason {
    struct span type; /* empty: the frame is not known, and all of it is the sentence */
    struct span sentence;
    struct span info;
};

/* ---- the registry's frame ---- */

static bool split(struct span text, struct span at, struct span *before, struct span *after)
{
    const char *found = text.len ? memmem(text.ptr, text.len, at.ptr, at.len) : NULL;
    if (!found)
        return false;
    *before = span_first(text, (size_t)(found - text.ptr));
    *after = span_from(text, before->len + at.len);
    return true;
}

/* {errorType:'T', description:'…', additionalInfo:'…'} */
static bool read_framed(struct span message, struct reason *reason)
{
    const struct span begin = SPAN("{errorType:'"), end = SPAN("'}");
    struct span rest = span_from(message, begin.len);
    if (!span_starts(message, begin) || rest.len < end.len ||
        !span_equal(span_from(rest, rest.len - end.len), end))
        return false;
    rest = span_first(rest, rest.len - end.len);
    return split(rest, SPAN("', description:'"), &reason->type, &rest) &&
           split(rest, SPAN("', additionalInfo:'"), &reason->sentence, &reason->info);
}

static struct reason read_reason(struct span message)
{
    struct reason reason;
    return read_framed(message, &reason) ? reason : (struct reason){.sentence = message};
}

/* What closes a list: which version it was, its text, which level. No reason of its own. */
static bool is_trailer(struct span message)
{
    return span_starts(message, SPAN("{oldSchemaVersion:")) || span_starts(message, SPAN("{oldSchema:")) ||
           span_starts(message, SPAN("{validateFields:"));
}

static size_t message_count(const struct verdict *verdict)
{
    return verdict->messages ? verdict->messages->count : 0;
}

static struct span message_at(const struct verdict *verdict, size_t i)
{
    return verdict->messages->items[i].string;
}

static const struct span no_reason = SPAN("the registry gives no reason");

/* ---- text ---- */

static void put_message(struct buffer *out, struct span message)
{
    struct reason reason = read_reason(message);
    if (span_starts(message, SPAN("{oldSchema:"))) /* very long, and asked for by its version */
        return;
    if (reason.type.len)
        buffer_printf(out, "  %.*s: %.*s (%.*s)\n", SPAN_ARGS(reason.type), SPAN_ARGS(reason.sentence),
                      SPAN_ARGS(reason.info));
    else
        buffer_printf(out, "  %.*s\n", SPAN_ARGS(message));
}

static void put_lines(struct buffer *out, const struct verdict *verdict)
{
    if (!verdict->decided) /* standard error has it */
        return;
    buffer_printf(out, "%s: %.*s %s follow the versions of %.*s\n",
                  verdict->compatible ? "compatible" : "incompatible", SPAN_ARGS(verdict->file),
                  verdict->compatible ? "can" : "cannot", SPAN_ARGS(verdict->subject));
    for (size_t i = 0; i < message_count(verdict); i++)
        put_message(out, message_at(verdict, i));
    if (!verdict->compatible && message_count(verdict) == 0)
        buffer_printf(out, "  %.*s\n", SPAN_ARGS(no_reason));
}

/* ---- JSON ---- */

static void put_member(struct buffer *out, const char *name, struct span value)
{
    buffer_printf(out, "\"%s\":", name);
    text_quote(out, value);
}

static void put_reasons(struct buffer *out, const struct verdict *verdict)
{
    const char *comma = "";
    for (size_t i = 0; i < message_count(verdict); i++) {
        struct reason reason = read_reason(message_at(verdict, i));
        if (is_trailer(message_at(verdict, i)))
            continue;
        buffer_printf(out, "%s{", comma);
        put_member(out, "type", reason.type.len ? reason.type : SPAN("OTHER"));
        buffer_byte(out, ',');
        put_member(out, "description", reason.sentence);
        buffer_byte(out, ',');
        put_member(out, "info", reason.info);
        buffer_byte(out, '}');
        comma = ",";
    }
}

static void put_json(struct buffer *out, const struct verdict *verdict)
{
    buffer_byte(out, '{');
    put_member(out, "file", verdict->file);
    buffer_byte(out, ',');
    put_member(out, "subject", verdict->subject);
    buffer_byte(out, ',');
    put_member(out, "registry", verdict->registry);
    buffer_printf(out, ",\"decided\":%s", verdict->decided ? "true" : "false");
    if (verdict->decided) {
        buffer_printf(out, ",\"compatible\":%s,\"reasons\":[", verdict->compatible ? "true" : "false");
        put_reasons(out, verdict);
        buffer_put(out, SPAN("],\"messages\":["));
        for (size_t i = 0; i < message_count(verdict); i++) {
            buffer_put(out, i ? SPAN(",") : SPAN(""));
            text_quote(out, message_at(verdict, i));
        }
        buffer_byte(out, ']');
    } else {
        buffer_byte(out, ',');
        put_member(out, "error", verdict->cause);
    }
    buffer_put(out, SPAN("}\n"));
}

/* ---- JUnit ---- */

/* How many bytes at the front are no character of XML 1.0: a control, U+FFFE or U+FFFF. */
static size_t unfit_for_xml(struct span text)
{
    unsigned char byte = (unsigned char)text.ptr[0];
    if (byte < 0x20)
        return byte != '\t' && byte != '\n' && byte != '\r';
    return span_starts(text, SPAN("\xef\xbf\xbe")) || span_starts(text, SPAN("\xef\xbf\xbf")) ? 3 : 0;
}

/* As text or as the value of an attribute, whose line ends would be taken for spaces. */
static void put_xml(struct buffer *out, struct span text)
{
    while (text.len) {
        size_t unfit = unfit_for_xml(text);
        char byte = text.ptr[0];
        if (unfit)
            buffer_put(out, SPAN("\xef\xbf\xbd"));
        else if (strchr("&<>\"\t\n\r", byte))
            buffer_printf(out, "&#%d;", byte);
        else
            buffer_byte(out, byte);
        text = span_from(text, unfit ? unfit : 1);
    }
}

static void put_attribute(struct buffer *out, const char *name, struct span value)
{
    buffer_printf(out, " %s=\"", name);
    put_xml(out, value);
    buffer_byte(out, '"');
}

static void put_outcome(struct buffer *out, const struct verdict *verdict)
{
    AUTO_ARENA arena = arena_new();
    struct buffer lines = {.arena = arena};
    put_lines(&lines, verdict);
    const char *element = verdict->decided ? "failure" : "error";
    buffer_printf(out, "<%s", element);
    put_attribute(out, "type", verdict->decided ? SPAN("incompatible") : SPAN("undecided"));
    put_attribute(out, "message",
                  verdict->decided ? SPAN("the schema is not compatible") : SPAN("it was not decided"));
    buffer_byte(out, '>');
    put_xml(out, verdict->decided ? buffer_span(&lines) : verdict->cause);
    buffer_printf(out, "</%s>", element);
}

static void put_junit(struct buffer *out, const struct verdict *verdict)
{
    bool failed = verdict->decided && !verdict->compatible;
    buffer_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>"
                  "<testsuite name=\"genesys-producer check\" tests=\"1\" failures=\"%d\" errors=\"%d\">"
                  "<testcase",
                  failed, !verdict->decided);
    put_attribute(out, "classname", verdict->subject);
    put_attribute(out, "name", verdict->file);
    buffer_byte(out, '>');
    if (failed || !verdict->decided)
        put_outcome(out, verdict);
    buffer_put(out, SPAN("</testcase></testsuite></testsuites>\n"));
}

/* ---- SARIF ---- */

static void put_message_object(struct buffer *out, struct span text)
{
    buffer_put(out, SPAN("\"message\":{\"text\":"));
    text_quote(out, text);
    buffer_byte(out, '}');
}

/* The file as a URI: relative as it was given, or file:///… */
static void put_uri(struct buffer *out, struct span file)
{
    AUTO_ARENA arena = arena_new();
    struct buffer uri = {.arena = arena};
    if (span_starts(file, SPAN("/")))
        buffer_put(&uri, SPAN("file://"));
    for (size_t i = 0; i < file.len; i++) {
        static const char digits[] = "0123456789ABCDEF";
        unsigned char byte = (unsigned char)file.ptr[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || (byte && strchr("-._~/", byte));
        if (plain) {
            buffer_byte(&uri, (char)byte);
            continue;
        }
        buffer_byte(&uri, '%');
        buffer_byte(&uri, digits[byte >> 4]);
        buffer_byte(&uri, digits[byte & 15]);
    }
    text_quote(out, buffer_span(&uri));
}

static void put_result(struct buffer *out, const struct verdict *verdict, struct span rule, struct span text)
{
    buffer_byte(out, '{');
    put_member(out, "ruleId", rule);
    buffer_put(out, SPAN(",\"level\":\"error\","));
    put_message_object(out, text);
    buffer_put(out, SPAN(",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"));
    put_uri(out, verdict->file);
    buffer_put(out, SPAN("}}}]}"));
}

static void put_results(struct buffer *out, const struct verdict *verdict)
{
    const char *comma = "";
    for (size_t i = 0; i < message_count(verdict); i++) {
        struct reason reason = read_reason(message_at(verdict, i));
        if (is_trailer(message_at(verdict, i)))
            continue;
        buffer_printf(out, "%s", comma);
        put_result(out, verdict, reason.type.len ? reason.type : SPAN("INCOMPATIBLE"), reason.sentence);
        comma = ",";
    }
    if (verdict->decided && !verdict->compatible && !*comma)
        put_result(out, verdict, SPAN("INCOMPATIBLE"), no_reason);
}

static void put_sarif(struct buffer *out, const struct verdict *verdict)
{
    buffer_put(out, SPAN("{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
                         "\"name\":\"genesys-producer\",\"version\":\"" SCHEMAD_VERSION "\"}},"
                         "\"invocations\":[{\"executionSuccessful\":"));
    buffer_put(out, verdict->decided ? SPAN("true") : SPAN("false"));
    if (!verdict->decided) {
        buffer_put(out, SPAN(",\"toolExecutionNotifications\":[{\"level\":\"error\","));
        put_message_object(out, verdict->cause);
        buffer_put(out, SPAN("}]"));
    }
    buffer_put(out, SPAN("}],\"results\":["));
    put_results(out, verdict);
    buffer_put(out, SPAN("]}]}\n"));
}

/* ---- the table ---- */

static const struct verdict_format formats[] = {
    {"text", put_lines},
    {"json", put_json},
    {"junit", put_junit},
    {"sarif", put_sarif},
};

const struct verdict_format *verdict_format_find(struct span name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (name.len == 0 || span_equal(name, span_of(formats[i].name)))
            return &formats[i];
    return NULL;
}
