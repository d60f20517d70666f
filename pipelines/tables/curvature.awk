# curvature.awk: the gradient's norm and, for each random direction z, what
# Hutchinson's estimators average: z.Hz, whose expectation is tr H, and
# norm(Hz)^2, whose expectation is norm(H)_F^2.  Reads cosine's tables: of the
# gradient, then of the vectors 2 h H z with all vectors h z.
# Variables: seed, checkpoint, h.
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "norm_g", "direction", "zHz", "norm_Hz"
}
$1 == "record" { header(); table++; next }
table == 1 {
	norm_g = get("norm")
	next
}
get("record") == get("reference") {
	Hz = get("norm") / (2 * h)
	print seed, checkpoint, norm_g, get("record"), \
	    sprintf("%.9g", Hz * get("reference_norm") / h * get("cosine")),
	    sprintf("%.9g", Hz)
}
