/* SPDX-License-Identifier: Apache-2.0 */
/* How long a program takes from fork to its first line on standard output, beside a bare program that writes
 * one; the two take turns. After each pair the shell command CLEAN is run.
 *   start RUNS CLEAN BARE -- PROGRAM [ARGUMENT]... */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 1000 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

/* Milliseconds to the end of the first line; the program is then told to stop. */
static double measure(char **argv)
{
    int ends[2];
    char byte = 0;
    double begun = now_ms();
    if (pipe(ends) != 0)
        give_up("pipe");
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(argv[0], argv);
        give_up(argv[0]);
    }
    close(ends[1]);
    while (byte != '\n')
        if (read(ends[0], &byte, 1) != 1) {
            fprintf(stderr, "start: %s wrote no line\n", argv[0]);
            exit(EXIT_FAILURE);
        }
    double taken = now_ms() - begun;
    close(ends[0]);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    return taken;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

int main(int argc, char **argv)
{
    static double bare[RUNS_MAX], program[RUNS_MAX];
    int runs = argc > 5 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > RUNS_MAX || strcmp(argv[4], "--") != 0) {
        fputs("usage: start RUNS CLEAN BARE -- PROGRAM [ARGUMENT]...\n", stderr);
        return EXIT_FAILURE;
    }
    char *bare_argv[] = {argv[3], (char[]){"ready"}, NULL};
    for (int i = 0; i < runs; i++) {
        bare[i] = measure(bare_argv);
        program[i] = measure(argv + 5);
        if (system(argv[2]) != 0)
            give_up("start: the cleaning command");
    }
    double a = median(bare, runs), b = median(program, runs);
    printf("start: median of %d runs: %.2f ms to the first line, a bare one %.2f ms; ratio %.1f\n", runs, b,
           a, b / a);
    return EXIT_SUCCESS;
}
