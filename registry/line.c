/* SPDX-License-Identifier: Apache-2.0 */
/* The line of views. Pinning takes a mutex for a few instructions; what a view leaves behind is freed by
 * whoever lets the last older one go, outside the lock. */
#include "registry/commit.h"

#include <assert.h>
#include <stdlib.h>

void line_open(struct line *line, struct view *first)
{
    pthread_mutex_init(&line->lock, NULL);
    first->line = line;
    line->oldest = line->current = first;
}

const struct view *line_pin(struct line *line)
{
    pthread_mutex_lock(&line->lock);
    struct view *view = line->current;
    view->pins++;
    pthread_mutex_unlock(&line->lock);
    return view;
}

/* Takes the views nobody can reach any more off the line. To be called under the lock. */
static struct view *line_trim(struct line *line)
{
    struct view *gone = NULL, **last = &gone;
    while (line->oldest != line->current && line->oldest->pins == 0) {
        *last = line->oldest;
        last = &line->oldest->newer;
        line->oldest = line->oldest->newer;
    }
    *last = NULL;
    return gone;
}

static void views_free(struct view *gone)
{
    while (gone) {
        struct view *newer = gone->newer;
        bin_empty(&gone->dropped);
        free(gone);
        gone = newer;
    }
}

void view_release(const struct view *pinned)
{
    if (!pinned)
        return;
    struct view *view = (struct view *)pinned;
    pthread_mutex_lock(&view->line->lock);
    assert(view->pins > 0);
    view->pins--;
    struct view *gone = line_trim(view->line);
    pthread_mutex_unlock(&view->line->lock);
    views_free(gone);
}

void line_publish(struct line *line, struct draft *draft)
{
    bin_forget(&draft->making.made);
    pthread_mutex_lock(&line->lock);
    line->current->dropped = draft->making.dropped;
    line->current->newer = draft->view;
    line->current = draft->view;
    struct view *gone = line_trim(line);
    pthread_mutex_unlock(&line->lock);
    draft->view = NULL;
    views_free(gone);
}

void line_close(struct line *line)
{
    assert(line->oldest == line->current && line->current->pins == 0);
    state_free(&line->current->state);
    free(line->current);
    pthread_mutex_destroy(&line->lock);
}
