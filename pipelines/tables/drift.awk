# drift.awk: drift's table with the columns seed and optimizer before it.
# Variables: seed, optimizer.
BEGIN { FS = OFS = "\t" }
NR == 1 { print "seed", "optimizer", $0; next }
{ print seed, optimizer, $0 }
