/* SPDX-License-Identifier: Apache-2.0 */
/* The state file: see the header. It is JSON, so that an operator can read it. */
#include "producer/state.h"

#include "base/limits.h"
#include "base/text.h"
#include "producer/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* ---- reading ---- */

static bool broken(const char *path, const char *what, struct error *err)
{
    return error_set(err, 0, "%s is no state file: %s", path, what);
}

static bool read_count(const struct text *object, const char *name, uint64_t *count)
{
    const struct text *value = text_get(object, span_of(name));
    int64_t number;
    if (!value || !text_integer(value, &number) || number < 0)
        return false;
    *count = (uint64_t)number;
    return true;
}

static bool read_entry(const struct text *value, struct state_entry *entry)
{
    const struct text *name = text_get(value, SPAN("name")), *head = text_get(value, SPAN("head"));
    if (!name || name->kind != TEXT_STRING || !head || head->kind != TEXT_STRING)
        return false;
    if (head->string.len != MARK_DIGEST)
        return false;
    entry->name = name->string;
    memcpy(entry->mark.head, head->string.ptr, MARK_DIGEST);
    return read_count(value, "device", &entry->identity.device) &&
           read_count(value, "inode", &entry->identity.inode) &&
           read_count(value, "offset", &entry->mark.offset) &&
           read_count(value, "lines", &entry->mark.lines);
}

static bool parse(const char *path, struct span text, struct state *state, struct arena *arena,
                  struct error *err)
{
    struct text root;
    struct text_failure failure;
    if (!text_read(text, &text_rules_event, &root, &failure, arena))
        return broken(path, text_fault_name(failure.fault), err);
    const struct text *files = text_get(&root, SPAN("files"));
    uint64_t version;
    if (!read_count(&root, "version", &version) || version != 1 || !files || files->kind != TEXT_ARRAY)
        return broken(path, "version 1 is read here", err);
    state->entries = arena_array(arena, files->count, sizeof *state->entries);
    for (; state->count < files->count; state->count++)
        if (!read_entry(&files->items[state->count], &state->entries[state->count]))
            return broken(path, "an entry is not whole", err);
    return true;
}

bool state_read(const char *path, struct state *state, struct arena *arena, struct error *err)
{
    *state = (struct state){0};
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return true;
    if (!file)
        return error_set(err, 0, "cannot read %s: %s", path, strerror(errno));
    struct buffer all = {.arena = arena};
    char chunk[4096];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && all.len <= STATE_FILE_MAX)
        buffer_put(&all, (struct span){chunk, got});
    int cause = ferror(file) ? errno : 0;
    fclose(file);
    if (cause != 0)
        return error_set(err, 0, "cannot read %s: %s", path, strerror(cause));
    return parse(path, buffer_span(&all), state, arena, err);
}

const struct state_entry *state_find(const struct state *state, struct identity identity)
{
    for (size_t i = 0; i < state->count; i++)
        if (identity_equal(state->entries[i].identity, identity))
            return &state->entries[i];
    return NULL;
}

/* ---- writing ---- */

bool state_write(const char *path, const struct state *state, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    buffer_put(&out, SPAN("{\"version\":1,\"files\":["));
    for (size_t i = 0; i < state->count; i++) {
        const struct state_entry *entry = &state->entries[i];
        buffer_put(&out, i ? SPAN(",\n{\"name\":") : SPAN("\n{\"name\":"));
        text_quote(&out, text_shown(entry->name, arena)); /* files are told by their numbers */
        buffer_printf(&out, ",\"device\":%lld,\"inode\":%lld,\"offset\":%lld,\"lines\":%lld,\"head\":\"%s\"}",
                      (long long)entry->identity.device, (long long)entry->identity.inode,
                      (long long)entry->mark.offset, (long long)entry->mark.lines, entry->mark.head);
    }
    buffer_put(&out, SPAN("\n]}\n"));
    struct output *output = output_open(path, err);
    if (!output)
        return false;
    bool written = output_write(output, buffer_span(&out), err);
    return output_close(output, err) && written;
}

bool state_lock(const char *path, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const char *lock = arena_copy(arena, arena_printf(arena, "%s.lock", path)).ptr;
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_set(err, 0, "cannot write %s: %s", lock, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error_set(err, 0, "another run holds %s: %s", path, strerror(errno));
        close(fd);
        return false;
    }
    return true;
}
