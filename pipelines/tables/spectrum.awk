# spectrum.awk: the singular values of the bases that tensor-ls lists, and the
# fraction of the energy that each component holds.
# Variables: seed, checkpoint, called (what stands for the control, if given).
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "task", "control", "centred",
	    "component", "singular_value", "total", "vectors", "energy"
}
$1 == "file" {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}
{
	total = $column["total"]
	energy = total > 0 ? $column["singular_value"]^2 / total : 0
	control = $column["control"]
	print seed, checkpoint, $column["task"], called != "" ? called : \
	    control == "NA" ? "none" : control, $column["centred"],
	    $column["component"], $column["singular_value"],
	    total, $column["vectors"], sprintf("%.9g", energy)
}
