#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "random/philox.h"
#include "random/rounds.h"
#include "random/sketch.h"

/* Lane l adds up chunks l, l + LANES, ...; a pass draws for BLOCKS values. */
enum { CHUNK = 1 << 16, LANES = 16, BLOCKS = 64 };

struct sketch {
	const struct layout *layout;
	uint64_t	*name;		/* of each tensor: its key's */
	size_t		*first;		/* its first chunk; n_tensors + 1 */
	uint64_t	 seed;
	size_t		 k;
	double		*lane;		/* LANES x k */
	const float	*x;		/* what is projected */
};

static int
fill_in(struct sketch *s, struct err *e)
{
	const struct layout *l = s->layout;
	size_t i, n = 0;
	char *text;

	s->name = mem_alloc(l->n_tensors, sizeof *s->name);
	s->first = mem_alloc(l->n_tensors + 1, sizeof *s->first);
	s->lane = mem_alloc(LANES * s->k, sizeof *s->lane);
	if (s->name == NULL || s->first == NULL || s->lane == NULL)
		return err_nomem(e);
	for (i = 0; i < l->n_tensors; i++) {
		size_t size = strlen(l->t[i].name) + sizeof "sketch.";

		if (l->t[i].n > (size_t)UINT32_MAX + 1)
			return err_set(e, RC_INPUT, "tensor %s: %zu values, "
			    "at most 2^32 can be projected", l->t[i].name,
			    l->t[i].n);
		if ((text = mem_alloc(size, 1)) == NULL)
			return err_nomem(e);
		snprintf(text, size, "sketch.%s", l->t[i].name);
		s->name[i] = random_name(text);
		mem_free(text);
		s->first[i] = n;
		n += (l->t[i].n + CHUNK - 1) / CHUNK;
	}
	s->first[i] = n;
	return 0;
}

struct sketch *
sketch_new(const struct layout *l, size_t k, uint64_t seed, struct err *e)
{
	struct sketch *s;

	if (k == 0 || k % SKETCH_QUARTERS != 0 || k > SKETCH_MAX) {
		err_set(e, RC_USAGE, "%zu is not a multiple of %d from %d to "
		    "%d", k, SKETCH_QUARTERS, SKETCH_QUARTERS, SKETCH_MAX);
		return NULL;
	}
	if ((s = mem_zalloc(1, sizeof *s)) == NULL) {
		err_nomem(e);
		return NULL;
	}
	s->layout = l;
	s->k = k;
	s->seed = seed;
	if (fill_in(s, e) == 0)
		return s;
	sketch_free(s);
	return NULL;
}

void
sketch_free(struct sketch *s)
{
	if (s == NULL)
		return;
	mem_free(s->name);
	mem_free(s->first);
	mem_free(s->lane);
	mem_free(s);
}

/* The draws of values i ... i + BLOCKS - 1: places, and signs as the bit of a
 * float. */
CPU_CLONES static void
draw(uint32_t place[SKETCH_QUARTERS][BLOCKS],
    uint32_t sign[SKETCH_QUARTERS][BLOCKS], uint64_t seed, uint64_t name,
    uint32_t first, uint32_t quarter)
{
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
	uint32_t n0 = (uint32_t)name, n1 = (uint32_t)(name >> 32);
	uint32_t w[SKETCH_QUARTERS][BLOCKS];
	uint32_t i, j;

	for (i = 0; i < BLOCKS; i++) {
		uint32_t a = first + i, b = 0, c = n0, d = n1;

		PHILOX_ROUNDS(a, b, c, d, k0, k1);
		w[0][i] = a;
		w[1][i] = b;
		w[2][i] = c;
		w[3][i] = d;
	}
	for (j = 0; j < SKETCH_QUARTERS; j++)
		for (i = 0; i < BLOCKS; i++) {
			sign[j][i] = w[j][i] & 0x80000000u;
			place[j][i] = j * quarter + (uint32_t)(
			    (uint64_t)(w[j][i] & 0x7fffffffu) * quarter >>
			    31);
		}
}

/* y += S x for values [from, to) of a tensor at x. */
static void
add_chunk(double *y, const struct sketch *s, uint64_t name, const float *x,
    size_t from, size_t to)
{
	uint32_t place[SKETCH_QUARTERS][BLOCKS];
	uint32_t sign[SKETCH_QUARTERS][BLOCKS], bits;
	uint32_t quarter = (uint32_t)(s->k / SKETCH_QUARTERS);
	size_t i, j, n;
	float v;

	for (; from < to; from += n) {
		n = to - from < BLOCKS ? to - from : BLOCKS;
		draw(place, sign, s->seed, name, (uint32_t)from, quarter);
		for (i = 0; i < n; i++)
			for (j = 0; j < SKETCH_QUARTERS; j++) {
				memcpy(&bits, &x[from + i], sizeof bits);
				bits ^= sign[j][i];
				memcpy(&v, &bits, sizeof v);
				y[place[j][i]] += (double)v;
			}
	}
}

static void
run_lane(void *arg, size_t lane)
{
	const struct sketch *s = arg;
	const struct layout *l = s->layout;
	double *y = s->lane + lane * s->k;
	size_t chunk, t = 0, from, to;

	memset(y, 0, s->k * sizeof *y);
	for (chunk = lane; chunk < s->first[l->n_tensors]; chunk += LANES) {
		while (chunk >= s->first[t + 1])
			t++;
		from = (chunk - s->first[t]) * CHUNK;
		to = l->t[t].n - from < CHUNK ? l->t[t].n : from + CHUNK;
		add_chunk(y, s, s->name[t], s->x + l->t[t].offset, from, to);
	}
}

void
sketch_f32(float *y, struct sketch *s, const float *x)
{
	double sum;
	size_t i, lane;

	s->x = x;
	par_for(LANES, run_lane, s);
	for (i = 0; i < s->k; i++) {
		for (sum = 0, lane = 0; lane < LANES; lane++)
			sum += s->lane[lane * s->k + i];
		y[i] = (float)(sum / 2);
	}
}
