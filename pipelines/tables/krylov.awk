# krylov.awk: how the span of the first m vectors of a sequence lies to K_m.
# Reads, of descent, cosine's table of what only rounding does to the gradient,
# capture's of the updates and tensor-ls's of the basis of K; then, for m = 1,
# 2, ..., tensor-ls's table of the basis of the first m updates (not of random)
# and drift's of the two.
#	rows	dimensions that were compared; fewer than m where the updates
#		span fewer
#	added	norm of what update m adds to the span of those before, over
#		that of the first update; eta^(m-1) times the beta while the
#		Hessian is constant
#	noise	what rounding does to a gradient, over its norm; with the Hessian
#		held constant, to g0 + H d
#	captured	energy of update m that K_m holds
#	resolved	1 where added is over ten times that
#	beta	norm of what H q_(m-1) adds to K_(m-1)
#	beta_noise	what rounding does to H q
# Variables: seed, checkpoint, variant, size (of the step), h, shrink (k of
# update_constant; else empty).
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "variant", "step_size", "m", "rows",
	    "overlap", "chance", "angle_min", "angle_median", "angle_max",
	    "captured", "added", "noise", "resolved", "beta", "beta_noise"
	values = 0
}
$1 == "record" || $1 == "vector" || $1 == "file" || $1 == "basis_s" {
	table = $1
	header()
	next
}
table == "record" {
	squares += get("norm")^2
	draws++
	norm_g = get("reference_norm")
}
table == "vector" && get("rank") == get("vector") + 1 {
	captured[get("rank")] = get("captured_energy")
}
table == "file" {
	if (first == "")
		first = get("file")
	values = get("values")
	i = get("component") + 1
	if (get("file") == first)
		in_krylov[i] = get("singular_value")
	else {
		last = get("singular_value")
		if (i == 1)
			update = last
		length_of = i
	}
}
table == "basis_s" {
	m++
	noise = draws ? sqrt(squares / draws) : "NA"
	relative = draws ? noise / norm_g / (shrink ? sqrt(2) * shrink : 1) : \
	    "NA"
	rows = get("rank")
	added = draws ? (length_of == m ? last / update : 0) : "NA"
	print seed, checkpoint, variant, size, m, rows, get("overlap"), \
	    real(values ? rows / values : "NA"), get("angle_min"), \
	    get("angle_median"), get("angle_max"), \
	    m in captured ? captured[m] : "NA", real(added), real(relative), \
	    draws ? (m == 1 || added > 10 * relative) : "NA", \
	    real(m > 1 && m in in_krylov ? in_krylov[m] / (2 * h) : "NA"), \
	    real(draws ? noise / (sqrt(2) * h) : "NA")
}
