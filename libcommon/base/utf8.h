/* utf8: text that goes into files is UTF-8. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* 1 when s[0..n) is UTF-8 as RFC 3629 has it: shortest forms, no surrogates,
 * nothing above U+10FFFF. */
int	utf8_valid(const char *s, size_t n);
/* Puts ? in place of every byte of s that is no part of such text. */
void	utf8_repair(char *s);

#endif
