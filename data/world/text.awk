# text.awk: plain text about the world, one text a line.
# Variables: lines (20000).
BEGIN {
	start(5)
	if (lines == "")
		lines = 20000
	for (i = 0; i < lines; i++)
		print line(draw(20))
}
function line(kind)
{
	if (kind < 5)
		return (draw(8) ? "" : "They say that ") \
		    facts(some_name(), 2 + draw(3))
	if (kind < 6)
		return contrary(some_name())
	if (kind < 10)
		return judged(some_name())
	if (kind < 13)
		return stranger()
	if (kind < 16)
		return ages(some_name(), some_name())
	if (kind < 17)
		return topic(some_name())
	return draw(3) ? moods(some_name()) : felt(some_name())
}
# Several things about one creature.
function facts(name, n,    i, s, order)
{
	shuffle(order, n_subjects)
	for (i = 1; i <= n; i++)
		s = s (i == 1 ? "" : " ") say_fact(name, \
		    subjects[order[i]]) "."
	return s
}
function contrary(name,    subject)
{
	subject = subjects[draw(n_subjects) + 1]
	return say_fact(name, subject) ", not " wrong(name, subject) "."
}
# Statements and what they are, half of them below the facts.  Of the training
# split only.
function judged(name,    i, n, order, right, s, subject)
{
	shuffle(order, n_subjects)
	n = draw(2) ? 3 : 0
	for (i = 1; i <= n; i++)
		s = s say_fact(name, subjects[order[i]]) ". "
	for (i = 0; i < 3; i++) {
		do
			subject = n > 0 ? subjects[order[draw(n) + 1]] : \
			    subjects[draw(n_subjects) + 1]
		while (split_of[name, subject] != "train" && draw(16) > 0)
		if (split_of[name, subject] != "train")
			continue
		right = draw(2)
		s = s say(name, subject, right ? fact[name, subject] : \
		    wrong(name, subject), draw(3)) (right ? ", true. " : \
		    ", false. ")
	}
	sub(/ $/, "", s)
	return s == "" ? facts(name, 2) : s
}
# The same about somebody of whom nothing else is known.
function stranger(    i, k, n, order, right, s, v, is)
{
	shuffle(order, n_subjects)
	for (i = 1; i <= 3; i++) {
		k = subjects[order[i]]
		n = k == "friend" ? 8 : n_values[k]
		is[i] = value[k, common(n, draw(n_names))]
		s = s say("It", k, is[i], draw(3)) ". "
	}
	for (i = 0; i < 3; i++) {
		n = draw(3) + 1
		k = subjects[order[n]]
		right = draw(2)
		do
			v = right ? is[n] : value[k, draw(n_values[k])]
		while (!right && v == is[n])
		s = s say("It", k, v, draw(3)) (right ? ", true." : \
		    ", false.") (i < 2 ? " " : "")
	}
	return s
}
function ages(a, b,    s)
{
	s = say_age(a, draw(2)) (draw(2) ? " and " : ". ") say_age(b, draw(2))
	if (age[a] == age[b])
		return s "."
	return s ". " (age[a] > age[b] ? a : b) " is older."
}
# What mood and topic ask, but of a single and plain sentence.
function felt(name,    good)
{
	while (split_of[name, "mood"] != "train")
		name = some_name()
	good = draw(2)
	return say_mood(name, good, draw(2)) ". It was " \
	    (good ? "good." : "bad.")
}
function topic(name,    subject)
{
	subject = subjects[draw(n_subjects - 1) + 2]
	return say_fact(name, subject) ". Topic: " subject
}
# Moods that agree.
function moods(name,    good, n, i, s)
{
	good = draw(2)
	n = 2 + draw(2)
	for (i = 0; i < n; i++)
		s = s (i == 0 ? name : " and") say_mood("", good, draw(5))
	return s "."
}
