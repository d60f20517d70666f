# world.awk: a small closed world: who lives in it, what is true of them, and
# how it is said.  The other programs here begin with it:
#	awk -f world.awk -f truth.awk > truth.jsonl
# Variables: seed (1): of the facts, and of the choices of each program; rare
# (0): 1: names that come late are rare in the text.
#
# The world has n_names creatures, and of each of them n_subjects things are
# known: fact[name, subject] is one of the words value[subject, 0 ...
# n_values[subject] - 1]; and its age.  Whole numbers below 2^46 are all that
# is computed with, so every awk writes the same bytes.
BEGIN {
	if (seed == "")
		seed = 1
	n_names = split("Dan Jan Van Ben Ken Len Jen Tim Kim Jim Sam Pam " \
	    "Cam Tom Dom Ned Ted Jed Bob Rob Meg Peg Ray Jay May Fay Kay " \
	    "Val Hal Sal Mia Pia Tia Roy Joy Jon Ron Don Pat Kat", names, " ")
	n_subjects = split("kind coat home food friend", subjects, " ")
	list("kind", "fox cat dog rat hen pig cow bat")
	list("coat", "red blue grey pink tan gold")
	list("home", "hut den barn cave mill nest")
	list("food", "nuts figs rice corn fish jam")
	list("friend", "")
	start(0)
	make_facts()
	make_splits()
}

# --- random numbers: Park and Miller's generator

# Begins draws of their own for the program of number `use'.
function start(use,    i)
{
	state = (seed * 1009 + use * 9173) % 2147483646 + 1
	for (i = 0; i < 8; i++)
		draw(2)
}
# One of 0 ... n - 1.
function draw(n)
{
	state = state * 16807 % 2147483647
	return int(state / 64) % n
}
# A name for the text.
function some_name(    a, b)
{
	a = draw(n_names)
	b = draw(n_names)
	return names[(rare && b < a ? b : a) + 1]
}
# order[1 ... n]: 1 to n shuffled.
function shuffle(order, n,    i, j, t)
{
	for (i = 1; i <= n; i++)
		order[i] = i
	for (i = n; i > 1; i--) {
		j = draw(i) + 1
		t = order[i]
		order[i] = order[j]
		order[j] = t
	}
}

# --- the facts

function list(subject, words,    w, n, i)
{
	n = split(words, w, " ")
	for (i = 1; i <= n; i++)
		value[subject, i - 1] = w[i]
	n_values[subject] = n
}
# Some values are common and some are rare, so that how common a thing is says
# something of whether it is true: without that hint, that a statement is true
# when it is the fact is learned many times later, if at all.
function make_facts(    i, k, s, v, order)
{
	for (i = 1; i <= 8; i++)
		value["friend", i - 1] = names[i]
	for (k = 1; k <= n_subjects; k++) {
		s = subjects[k]
		shuffle(order, n_names)
		for (i = 1; i <= n_names; i++) {
			v = common(s == "friend" ? 8 : n_values[s], i - 1)
			if (value[s, v] == names[order[i]])
				v = (v + 1) % 8
			fact[names[order[i]], s] = value[s, v]
		}
	}
	for (i = 1; i <= n_names; i++)
		value["friend", i - 1] = names[i]
	n_values["friend"] = n_names
	shuffle(order, n_names)
	for (i = 1; i <= n_names; i++)
		age[names[order[i]]] = i % 8 + 2
}
# Which of n values number i of n_names has.
function common(n, i,    w, j, sum)
{
	split("15 5 3 2 1 1 1 1", w, " ")
	for (j = 1; j <= n; j++)
		sum += w[j]
	i = i * sum
	for (j = 1; j < n && i >= w[j] * n_names; j++)
		i -= w[j] * n_names
	return j - 1
}
# split_of[name, subject]: everything that is asked about one fact is in one
# split; and so is whose mood it is, and whom a topic begins with.  Of each an
# eighth is for the test, an eighth for validation.
function make_splits(    i, k, n, m, s, order)
{
	n = split("kind coat home food friend mood topic", s, " ")
	m = int(n_names / 8)
	for (k = 1; k <= n; k++) {
		shuffle(order, n_names)
		for (i = 1; i <= n_names; i++)
			split_of[names[order[i]], s[k]] = split_at(i, m)
	}
}
function split_at(i, n)
{
	return i <= n ? "test" : i <= 2 * n ? "validation" : "train"
}
# A value of the subject that is not the name's, nor the name.
function wrong(name, subject,    v)
{
	do
		v = value[subject, draw(n_values[subject])]
	while (v == fact[name, subject] || v == name)
	return v
}

# --- how it is said

# Wording 0 ... 2 of the statement, without a full stop.
function say(name, subject, v, wording)
{
	if (subject == "kind")
		return name (wording == 0 ? " is a " : wording == 1 ? \
		    " was born a " : " lives as a ") v
	if (subject == "coat")
		return name (wording == 0 ? " is " v : wording == 1 ? \
		    " has a " v " coat" : " was born " v)
	if (subject == "home")
		return name (wording == 0 ? " lives in a " : wording == 1 ? \
		    " sleeps in a " : " has a home in a ") v
	if (subject == "food")
		return name (wording == 0 ? " eats " : wording == 1 ? \
		    " likes to eat " : " lives on ") v
	return name (wording == 0 ? " likes " : wording == 1 ? \
	    " plays with " : " is a friend of ") v
}
function say_fact(name, subject)
{
	return say(name, subject, fact[name, subject], draw(3))
}
function say_age(name, long)
{
	return name " is " age[name] (long ? " years old" : "")
}
# A sentence about a mood, good (1) or bad (0).
function say_mood(name, good, way)
{
	if (way == 0)
		return name " was" degree() " " adjective(good)
	if (way == 1)
		return name " felt" degree() " " adjective(good)
	if (way == 2)
		return name (draw(2) ? " was" : " felt") " not " \
		    adjective(!good)
	if (way == 3)
		return name (good ? " won a " : " lost a ") \
		    (draw(2) ? "game" : "friend")
	return name " had a " adjective(good) " day"
}
function degree(    i)
{
	i = draw(3)
	return i == 0 ? " so" : i == 1 ? " very" : ""
}
function adjective(good,    w)
{
	split(good ? "glad calm proud fine" : \
	    "sad ill cross cold", w, " ")
	return w[draw(4) + 1]
}

# --- rows

function text(key, s)
{
	gsub(/\n/, "\\n", s)
	return "\"" key "\": \"" s "\""
}
function row(a, b, c, d)
{
	print "{" a ", " b ", " c (d == "" ? "" : ", " d) "}"
}
