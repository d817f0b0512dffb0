/* SPDX-License-Identifier: Apache-2.0 */
/* What Java takes for a letter or a digit in a name, by units of UTF-16. */
#ifndef COMPAT_LETTERS_H
#define COMPAT_LETTERS_H

#include <stdbool.h>

bool is_letter(unsigned unit);
bool is_letter_or_digit(unsigned unit);

#endif
