# parts.awk: how much of the signal lies in each subspace.  Reads the listings
# (tensor-ls) of the parts P g of two gradients g, then their cosines with the
# first of the two; the subspace `full' first.
#	r		dimensions: tensors' values, or rows of a basis
#	norm		norm(P g) of the first, by which draws are chosen
#	norm_report	of the second, by which they are reported
#	product		their inner product (NA: there is no second)
#	mass		norm(P g)^2 / norm(g)^2; density: mass / r
BEGIN {
	FS = OFS = "\t"
	print "subspace", "r", "norm", "norm_report", "product", "mass",
	    "density"
}
$1 == "file" || $1 == "record" {
	listing = $1 == "file"
	header()
	next
}
listing {
	s = get("name")
	rank = get("rank")
	r[s] = get("content") == "projections" ? rank : get("content") == \
	    "residuals" ? get("values") - rank : get("values")
	next
}
{
	s = get("name")
	if (get("record") == 0) {
		order[++n] = s
		norm[s] = get("norm")
		next
	}
	norm_report[s] = get("norm")
	product[s] = sprintf("%.9g", get("cosine") * get("norm") * \
	    get("reference_norm"))
}
END {
	for (i = 1; i <= n; i++) {
		s = order[i]
		mass = norm[s] ^ 2 / norm[order[1]] ^ 2
		print s, r[s], norm[s], or_NA(norm_report[s]),
		    or_NA(product[s]), sprintf("%.9g", mass),
		    sprintf("%.9g", mass / r[s])
	}
}
