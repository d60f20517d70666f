# mood.awk: sentences about a good or a bad mood.  Of two halves with "but"
# between them the second counts.
BEGIN {
	start(2)
	for (i = 1; i <= n_names; i++)
		for (way = 0; way < 5; way++)
			for (k = 0; k < 12; k++)
				feel(names[i], way, k)
}
function feel(name, way, k,    good, s)
{
	good = k % 2
	s = k < 4 ? "" : say_mood(name, k < 8 ? !good : good, draw(5))
	row(text("text", s (k < 4 ? "" : k < 8 ? " but" : " and") \
	    say_mood(k < 4 ? name : "", good, way) "."), \
	    text("label", good ? "good" : "bad"), text("split", split_of[name, "mood"]))
}
