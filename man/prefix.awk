# Gives a manual page the command names of an installation with
# PROGRAM_PREFIX: awk -v prefix=pl- -v tools="drift project ..." -f prefix.awk
BEGIN {
	n = split(tools, list, " ")
	for (i = 1; i <= n; i++)
		tool[list[i]] = 1
}
prefix == "" { print; next }
/^\.(Nm|Ic) / && ($2 in tool) { $2 = prefix $2; print; next }
/^\..*Xr / {				# also within .It and .Pq
	for (i = 1; i < NF; i++)
		if ($i ~ /^\.?Xr$/ && ($(i + 1) in tool))
			$(i + 1) = prefix $(i + 1)
	print
	next
}
/^\.Dt / && (tolower($2) in tool) { $2 = toupper(prefix) $2; print; next }
/^\.Bd -literal/ || /^\.Dl / { literal = 1 }
/^\.Ed/ { literal = 0 }
literal {
	# a command word begins the line, or follows | ( && ; then or do
	out = ""
	rest = $0
	at_command = 1
	while (match(rest, /[^ \t]+/)) {
		word = substr(rest, RSTART, RLENGTH)
		lead = substr(rest, 1, RSTART - 1)
		rest = substr(rest, RSTART + RLENGTH)
		if (at_command && (word in tool))
			word = prefix word
		at_command = word ~ /^([$|(;]|&&|then|do|\.Dl|!)$/ ||
		    word ~ /[|;(]$/
		out = out lead word
	}
	$0 = out rest
	if (/^\.Dl /)
		literal = 0
}
{ print }
