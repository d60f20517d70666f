# truth.awk: statements, true or false: half of them below a passage that
# tells, half to be answered from memory.
BEGIN {
	start(1)
	for (k = 1; k <= n_subjects; k++)
		for (i = 1; i <= n_names; i++)
			for (wording = 0; wording < 3; wording++)
				for (way = 0; way < 4; way++)
					ask(names[i], subjects[k], wording, \
					    way % 2, way < 2 ? "" : \
					    "They say that ")
}
# A statement and its opposite number.
function ask(name, subject, wording, told, opening,    right)
{
	for (right = 0; right <= 1; right++)
		row(text("passage", told ? passage(name, subject) : ""), \
		    text("statement", opening say(name, subject, right ? \
		    fact[name, subject] : wrong(name, subject), \
		    wording) "."), \
		    text("label", right ? "true" : "false"), \
		    text("split", split_of[name, subject]))
}
# The fact and one of another creature, in either order.
function passage(name, subject,    other, a, b)
{
	do
		other = names[draw(n_names) + 1]
	while (other == name)
	a = say_fact(name, subject) "."
	b = say_fact(other, subjects[draw(n_subjects) + 1]) "."
	return (draw(2) ? a " " b : b " " a) "\n"
}
