#include <string.h>

#include "cmd/cmd.h"

const char *cmd_shard;

static void
parse(size_t *i, size_t *n)
{
	const char *slash;
	char *s;

	*i = *n = 1;
	if (cmd_shard == NULL)
		return;
	slash = strchr(cmd_shard, '/');
	s = cmd_must(mem_strndup(cmd_shard, slash ?
	    (size_t)(slash - cmd_shard) : 0));
	if (slash == NULL || opts_parse_size(i, s) != 0 ||
	    opts_parse_size(n, slash + 1) != 0 || *i < 1 || *i > *n)
		opts_usage("--shard: '%s' is not i/n with 1 <= i <= n",
		    cmd_shard);
	mem_free(s);
}

/* Where shard i of k begins among n records: (i - 1) n / k, rounded down,
 * without overflow. */
static size_t
boundary(size_t i, size_t k, size_t n)
{
	return (i - 1) * (n / k) + (i - 1) * (n % k) / k;
}

size_t
cmd_shard_first(size_t n)
{
	size_t i, k;

	parse(&i, &k);
	return boundary(i, k, n);
}

size_t
cmd_shard_end(size_t n)
{
	size_t i, k;

	parse(&i, &k);
	return boundary(i + 1, k, n);
}

void
cmd_shard_of(size_t *i, size_t *n)
{
	parse(i, n);
}
