# topic.awk: three sentences, two of them about the same subject, which is the
# topic; the third is the odd one.
BEGIN {
	start(3)
	for (i = 1; i <= n_names; i++)
		for (k = 2; k <= n_subjects; k++)
			for (odd = 0; odd < 18; odd++)
				tell(names[i], k, odd % 3)
}
function tell(name, k, odd,    other, i, s)
{
	do
		other = draw(n_subjects - 1) + 2
	while (other == k)
	for (i = 0; i < 3; i++)
		s = s (i == 0 ? "" : " ") say_fact(i == 0 ? name : \
		    names[draw(n_names) + 1], \
		    subjects[i == odd ? other : k]) "."
	row(text("text", s), text("topic", subjects[k]), \
	    text("odd", subjects[other]), text("split", split_of[name, "topic"]))
}
