# order.awk: two ages, and who is the older and the younger one.
BEGIN {
	start(4)
	for (i = 1; i <= n_names; i++)
		for (j = 1; j < i; j++)
			if (age[names[i]] != age[names[j]])
				pair(names[i], names[j], split_at(draw(64) + 1, 8))
}
# A pair of names is in one split.
function pair(a, b, where,    k)
{
	for (k = 0; k < 4; k++)
		row(text("text", say_age(k < 2 ? a : b, k % 2) ". " \
		    say_age(k < 2 ? b : a, draw(2)) "."), \
		    text("older", age[a] > age[b] ? a : b), \
		    text("younger", age[a] > age[b] ? b : a), \
		    text("split", where))
}
