# spectrum.awk: the singular values of the bases that tensor-ls lists, and the
# fraction of the energy that each component holds.
# Variables: seed, checkpoint, called (what stands for the control, if given).
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "task", "control", "centred",
	    "component", "singular_value", "total", "vectors", "energy"
}
$1 == "file" { header(); next }
{
	total = get("total")
	energy = total > 0 ? get("singular_value")^2 / total : 0
	control = get("control")
	print seed, checkpoint, get("task"), called != "" ? called : \
	    control == "NA" ? "none" : control, get("centred"),
	    get("component"), get("singular_value"), total, get("vectors"),
	    sprintf("%.9g", energy)
}
