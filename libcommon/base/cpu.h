/*
 * cpu: CPU_CLONES before a function makes the compiler build it for several
 * instruction sets and choose at run time.  With -ffp-contract=off every
 * clone computes the same bits.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#ifdef CPU_CLONES		/* on the command line: tests build one clone */
#elif defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CPU_CLONES __attribute__((target_clones("default", "avx2", \
	"avx512f")))
#else
#define CPU_CLONES
#endif
/* For what a clone calls in its loops: inlined, so that it is cloned too. */
#define CPU_INLINE static inline __attribute__((always_inline))

#endif
