# tokenizer.awk: a byte-level byte-pair encoding in GPT-2's files.  Every word
# of the world is one token with the blank before it; a name without it has
# two, the first letter and the rest.
BEGIN {
	n_tokens = 0
	bytes()
	for (i = 1; i <= n_names; i++)
		add_word(substr(names[i], 2), "")
	learn()
	for (i = 1; i <= n_names; i++)
		add_word(names[i], BLANK)
	for (k = 1; k <= n_subjects; k++)
		for (i = 0; i < n_values[subjects[k]]; i++)
			add_word(value[subjects[k], i], BLANK)
	n = split("True False true false good bad coat home food friend " \
	    "is was a born as has lives sleeps in on eats likes to " \
	    "eat plays with of felt not so very had won lost game day glad " \
	    "calm proud fine sad ill cross cold and " \
	    "but or older younger years old They say that It Who " \
	    "2 3 4 5 6 7 8 9", w, " ")
	for (i = 1; i <= n; i++)
		add_word(w[i], BLANK)
	learn()
	if (n_tokens > 511) {
		print "tokenizer.awk: " n_tokens " tokens" > "/dev/stderr"
		exit 3
	}
	if (file == "merges")
		write_merges()
	else
		write_vocab()
}
# The 256 symbols in GPT-2's order, as JSON writes them: the bytes that can be
# seen, then the others under characters from 256 on.  In merges.txt the blank
# is that character in UTF-8.
function bytes(    i, k)
{
	BLANK = "\304\240"
	for (i = 33; i <= 126; i++)
		symbol(i)
	for (i = 161; i <= 172; i++)
		symbol(i)
	for (i = 174; i <= 255; i++)
		symbol(i)
	for (i = 256; i < 324; i++)
		symbol(i)
}
function symbol(i)
{
	vocab[n_tokens++] = i < 127 && i != 34 && i != 92 ? \
	    sprintf("%c", i) : sprintf("\\u%04x", i)
}
# Word number n_words, as symbols piece[word, 0 ... n_pieces[word] - 1].
function add_word(s, before,    i, n)
{
	if (before != "")
		piece[n_words, n++] = before
	for (i = 1; i <= length(s); i++)
		piece[n_words, n++] = substr(s, i, 1)
	n_pieces[n_words] = n
	for (i = 1; i <= n_merges; i++)
		apply(n_words, merge_a[i], merge_b[i])
	n_words++
}
# Merges the most frequent pair, of equals the one that comes first, until
# every word is one piece.
function learn(    w, i, p, best, n_pairs, pairs, count, part)
{
	for (;;) {
		split("", count)
		n_pairs = 0
		for (w = 0; w < n_words; w++)
			for (i = 0; i + 1 < n_pieces[w]; i++) {
				p = piece[w, i] " " piece[w, i + 1]
				if (!(p in count))
					pairs[n_pairs++] = p
				count[p]++
			}
		if (n_pairs == 0)
			return
		best = pairs[0]
		for (i = 1; i < n_pairs; i++)
			if (count[pairs[i]] > count[best])
				best = pairs[i]
		split(best, part, " ")
		merge_a[++n_merges] = part[1]
		merge_b[n_merges] = part[2]
		vocab[n_tokens++] = json(part[1] part[2])
		for (w = 0; w < n_words; w++)
			apply(w, part[1], part[2])
	}
}
# The pair made one piece wherever it stands in word w, from the left.
function apply(w, a, b,    i, n)
{
	for (i = n = 0; i < n_pieces[w]; i++) {
		if (i + 1 < n_pieces[w] && piece[w, i] == a && \
		    piece[w, i + 1] == b) {
			piece[w, n++] = a b
			i++
		} else
			piece[w, n++] = piece[w, i]
	}
	n_pieces[w] = n
}
function json(s)
{
	sub(BLANK, "\\u0120", s)
	return s
}
function write_merges(    i)
{
	print "#version: 0.2"
	for (i = 1; i <= n_merges; i++)
		print merge_a[i] " " merge_b[i]
}
function write_vocab(    i)
{
	print "{"
	for (i = 0; i < n_tokens; i++)
		print "  \"" vocab[i] "\": " i ","
	print "  \"<|endoftext|>\": " n_tokens
	print "}"
}
