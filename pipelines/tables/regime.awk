# regime.awk: the root mean squares of F1 and F2 at each sigma, from
# the tables of curvature.awk (first) and pairs.awk.
#	sigma_norm_g		what F1 is while the loss is linear
#	predicted_f2		sigma^2/2 sqrt((tr H)^2 + 2 norm(H)_F^2): F2 while it
#				is quadratic
#	floor			rms F2 at the sigma `rounding'
#	crossing		where rms F2 / rms F1 first rises through 1, along
#				straight lines in the logarithms; the end of the
#				grid where it does not (crossed is 0)
#	predicted_crossing	2 norm(g) / sqrt((tr H)^2 + 2 norm(H)_F^2)
#	linear_below		the same as crossing for a ratio of 0.1
#	slope			least squares slope of log ratio against log sigma, over
#				sigmas up to the crossing whose rms F2 is over ten
#				times the floor: 1 while the loss is quadratic
# Variables: rounding (a sigma).
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "sigma", "pairs", "base_loss", "rms_f1",
	    "rms_f2", "ratio", "sigma_norm_g", "predicted_f2", "floor",
	    "crossing", "crossed", "predicted_crossing", "linear_below",
	    "slope", "norm_g", "trace", "trace_error", "frobenius"
}
FNR == 1 { header(); table++; next }
{ key = get("seed") OFS get("checkpoint") }
table == 1 {
	norm_g = get("norm_g")
	zHz[++k] = get("zHz")
	trace += zHz[k]
	frobenius += get("norm_Hz")^2
	next
}
{
	base = get("base_loss")
	s = get("sigma")
	if (!(s in n))
		sigma[++n_sigmas] = s
	n[s]++
	f1[s] += get("f1")^2
	f2[s] += get("f2")^2
}
# Where the ratio first rises through a level; sets crossed.
function rises(level,    i, a, b)
{
	for (i = 1; i < m; i++) {
		if (ratio[i] >= level || ratio[i + 1] < level)
			continue
		a = log(level / ratio[i])
		b = log(ratio[i + 1] / ratio[i])
		crossed = 1
		return grid[i] * exp(a / b * log(grid[i + 1] / grid[i]))
	}
	crossed = 0
	return ratio[1] < level ? grid[m] : grid[1]
}
function slope(up_to,    i, c, x, y, sx, sy, sxx, sxy)
{
	for (i = 1; i <= m; i++) {
		if (grid[i] > up_to || f2[grid[i]] <= 10 * floor)
			continue
		c++
		x = log(grid[i])
		y = log(ratio[i])
		sx += x; sy += y; sxx += x * x; sxy += x * y
	}
	return c < 2 ? "NA" : (c * sxy - sx * sy) / (c * sxx - sx * sx)
}
END {
	trace /= k
	frobenius = sqrt(frobenius / k)
	for (i = 1; i <= k; i++)
		error += (zHz[i] - trace)^2
	error = k > 1 ? sqrt(error / (k - 1) / k) : "NA"
	curvature = sqrt(trace^2 + 2 * frobenius^2)
	for (i = 1; i <= n_sigmas; i++) {
		s = sigma[i]
		f1[s] = sqrt(f1[s] / n[s])
		f2[s] = sqrt(f2[s] / n[s])
		if (s + 0 == rounding + 0)
			floor = f2[s]
		else if (f1[s] > 0) {
			grid[++m] = s
			ratio[m] = f2[s] / f1[s]
		}
	}
	linear_below = rises(0.1)
	crossing = rises(1)
	inclination = slope(crossing)
	for (i = 1; i <= m; i++) {
		s = grid[i]
		print key, s, n[s], base, real(f1[s]), real(f2[s]),
		    real(ratio[i]), real(s * norm_g),
		    real(s * s / 2 * curvature), real(floor),
		    real(crossing), crossed,
		    real(curvature > 0 ? 2 * norm_g / curvature : "NA"),
		    real(linear_below), real(inclination), norm_g,
		    real(trace), real(error), real(frobenius)
	}
}
