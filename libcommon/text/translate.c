/* From Oniguruma's Ruby syntax to PCRE2's. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/pattern.h"
#include "text/unicode.h"

enum { MAX_REGEX = 4096, MAX_GROUPS = 64 };

struct translation {
	const char	*in;		/* the next character */
	char		*out;
	size_t		 n, max;
	int		 depth;		/* groups that are open */
	int		 caseless;	/* depth of the outermost (?i: or 0 */
	int		 in_class;	/* between [ and ] */
	int		 nomem;
	struct err	*e;
};

static void
put(struct translation *t, const char *s, size_t n)
{
	size_t max = t->max == 0 ? 1024 : t->max;
	char *p;

	while (max - t->n <= n)
		max *= 2;
	if (max != t->max) {
		if (t->nomem || (p = mem_grow(t->out, max, 1)) == NULL) {
			t->nomem = 1;
			return;
		}
		t->out = p;
		t->max = max;
	}
	memcpy(t->out + t->n, s, n);
	t->n += n;
	t->out[t->n] = '\0';
}

static void
puts_out(struct translation *t, const char *s)
{
	put(t, s, strlen(s));
}

static int
unsupported(struct translation *t, const char *what)
{
	return err_set(t->e, RC_INPUT, "regular expression: \"%.16s\" is not "
	    "supported", what);
}

/* What is newer than PCRE2's tables in a category: one letter or two. */
static void
put_newer(struct translation *t, const char *category)
{
	char buf[40];
	size_t i;

	for (i = 0; i < unicode_n_new; i++)
		if (strncmp(unicode_new[i].category, category,
		    strlen(category)) == 0) {
			snprintf(buf, sizeof buf, "\\x{%x}-\\x{%x}",
			    (unsigned)unicode_new[i].first,
			    (unsigned)unicode_new[i].last);
			puts_out(t, buf);
		}
}

/* A set of categories, "L" or "Nd" and so on, ended by NULL. */
static int
put_categories(struct translation *t, const char *const *category,
    const char *prefix, int negated, const char *from)
{
	if (t->in_class && negated)
		return unsupported(t, from);	/* no way to add the newer */
	if (t->caseless)
		return unsupported(t, from);	/* means other things there */
	if (!t->in_class)
		puts_out(t, negated ? "[^" : "[");
	puts_out(t, prefix);
	for (; *category != NULL; category++) {
		puts_out(t, "\\p{");
		puts_out(t, *category);
		puts_out(t, "}");
		put_newer(t, *category);
	}
	if (!t->in_class)
		puts_out(t, "]");
	return 0;
}

/* \s and \S: White_Space, which PCRE2's \s is not quite. */
static int
put_blanks(struct translation *t, int negated, const char *from)
{
	static const char blanks[] = "\\x09-\\x0d\\x20\\x{85}\\x{a0}\\x{1680}"
	    "\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
	    "\\x{3000}";

	if (t->in_class && negated)
		return unsupported(t, from);
	if (!t->in_class)
		puts_out(t, negated ? "[^" : "[");
	puts_out(t, blanks);
	if (!t->in_class)
		puts_out(t, "]");
	return 0;
}

/* \p{X}, \p{^X}, \P{X}: t->in is behind the letter. */
static int
put_property(struct translation *t, int negated, const char *from)
{
	static const char *const known[] = { "L", "Lu", "Ll", "Lt", "Lm",
	    "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
	    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So",
	    "Z", "Zs", "Zl", "Zp", NULL };
	const char *one[2] = { NULL, NULL }, *end;
	size_t i;

	if (*t->in != '{' || (end = strchr(t->in, '}')) == NULL)
		return unsupported(t, from);
	t->in++;
	if (*t->in == '^') {
		negated = !negated;
		t->in++;
	}
	for (i = 0; known[i] != NULL; i++)
		if (strlen(known[i]) == (size_t)(end - t->in) &&
		    memcmp(known[i], t->in, (size_t)(end - t->in)) == 0)
			one[0] = known[i];
	if (one[0] == NULL)
		return unsupported(t, from);
	t->in = end + 1;
	return put_categories(t, one, "", negated, from);
}

/* \x{H..} and \uHHHH: t->in is behind the letter. */
static int
put_code(struct translation *t, int braces, const char *from)
{
	unsigned long c;
	char buf[20];
	size_t n;

	if (braces && *t->in++ != '{')
		return unsupported(t, from);
	n = strspn(t->in, "0123456789abcdefABCDEF");
	if (!braces && n > 4)
		n = 4;
	if (n == 0 || n > 8 || (!braces && n != 4) ||
	    (braces && t->in[n] != '}'))
		return unsupported(t, from);
	snprintf(buf, sizeof buf, "%.*s", (int)n, t->in);
	c = strtoul(buf, NULL, 16);
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return unsupported(t, from);
	t->in += n + (braces ? 1 : 0);
	snprintf(buf, sizeof buf, "\\x{%lx}", c);
	puts_out(t, buf);
	return 0;
}

/* A backslash and what follows it. */
static int
put_escape(struct translation *t)
{
	static const char *const digits[] = { "Nd", NULL };
	static const char *const words[] = { "L", "M", "Nd", "Nl", "Pc",
	    NULL };
	/* with them, fractions and so on of Latin-1, and ringed letters */
	static const char ringed[] = "\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}"
	    "\\x{24b6}-\\x{24e9}\\x{1f130}-\\x{1f149}\\x{1f150}-\\x{1f169}"
	    "\\x{1f170}-\\x{1f189}";
	const char *from = t->in;
	char c = t->in[1];

	if (c == '\0')
		return unsupported(t, from);
	t->in += 2;
	if (strchr("rntfae", c) != NULL || ispunct((unsigned char)c)) {
		put(t, from, 2);
		return 0;
	}
	switch (c) {
	case 'v': puts_out(t, "\\x0b"); return 0;
	case 's':
	case 'S': return put_blanks(t, c == 'S', from);
	case 'd':
	case 'D': return put_categories(t, digits, "", c == 'D', from);
	case 'w':
	case 'W': return put_categories(t, words, ringed, c == 'W', from);
	case 'p':
	case 'P': return put_property(t, c == 'P', from);
	case 'x': return put_code(t, 1, from);
	case 'u': return put_code(t, 0, from);
	}
	return unsupported(t, from);
}

static int
put_class(struct translation *t)
{
	const char *from = t->in;

	put(t, t->in++, 1);
	if (*t->in == '^')
		put(t, t->in++, 1);
	if (*t->in == ']')
		return unsupported(t, from);
	t->in_class = 1;
	while (*t->in != ']') {
		if (*t->in == '\0' || *t->in == '[' ||
		    strncmp(t->in, "&&", 2) == 0)
			return unsupported(t, from);
		if (*t->in != '\\')
			put(t, t->in++, 1);
		else if (put_escape(t) != 0)
			return -1;
	}
	t->in_class = 0;
	put(t, t->in++, 1);
	return 0;
}

static int
put_group(struct translation *t)
{
	static const char *const kinds[] = { "(?:", "(?i:", "(?>", "(?=",
	    "(?!", "(?<=", "(?<!", NULL };
	const char *from = t->in;
	size_t i = 0;

	if (++t->depth > MAX_GROUPS)
		return err_set(t->e, RC_INPUT,
		    "regular expression: more than %d nested groups",
		    MAX_GROUPS);
	if (t->in[1] == '*')
		return unsupported(t, from);
	if (t->in[1] != '?') {
		puts_out(t, "(?:");
		t->in++;
		return 0;
	}
	while (kinds[i] != NULL &&
	    strncmp(kinds[i], from, strlen(kinds[i])) != 0)
		i++;
	if (kinds[i] == NULL)
		return unsupported(t, from);
	if (i == 1 && t->caseless == 0)
		t->caseless = t->depth;
	puts_out(t, kinds[i]);
	t->in += strlen(kinds[i]);
	return 0;
}

/* {n}, {n,}, {n,m}, after which + and ? mean other things in Ruby; or a
 * brace that stands for itself. */
static int
put_brace(struct translation *t)
{
	size_t n = strspn(t->in + 1, "0123456789,") + 1;
	const char *comma = memchr(t->in, ',', n);

	if (t->in[n] != '}' || n == 1) {
		puts_out(t, "\\{");
		t->in++;
		return 0;
	}
	if (t->in[1] == ',' || n > 12 ||
	    (comma != NULL && memchr(comma + 1, ',',
	    (size_t)(t->in + n - comma - 1)) != NULL) ||
	    (t->in[n + 1] != '\0' && strchr("+?*", t->in[n + 1]) != NULL))
		return unsupported(t, t->in);
	put(t, t->in, n + 1);
	t->in += n + 1;
	return 0;
}

static int
put_next(struct translation *t)
{
	switch (*t->in) {
	case '\\': return put_escape(t);
	case '[': return put_class(t);
	case '(': return put_group(t);
	case '{': return put_brace(t);
	case '^': puts_out(t, "(?m:^)"); break;
	case '$': puts_out(t, "(?m:$)"); break;
	case ')':
		if (t->depth-- == t->caseless)
			t->caseless = 0;
		/* FALLTHROUGH */
	default: put(t, t->in, 1);
	}
	t->in++;
	return t->depth < 0 ? unsupported(t, ")") : 0;
}

char *
pattern_translate(const char *regex, struct err *e)
{
	struct translation t = { .in = regex, .e = e };
	int bad = 0;

	if (strlen(regex) > MAX_REGEX)
		bad = err_set(e, RC_INPUT,
		    "regular expression: more than %d bytes", MAX_REGEX);
	puts_out(&t, "");
	while (bad == 0 && *t.in != '\0')
		bad = put_next(&t);
	if (bad == 0 && t.nomem)
		bad = err_nomem(e);
	if (bad == 0)
		return t.out;
	mem_free(t.out);
	return NULL;
}
