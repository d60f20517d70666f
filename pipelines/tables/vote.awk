# vote.awk: accuracy of a vote of the K best draws.  Reads the gains (first)
# and evaluate's table with a row for each example (last), of the model itself
# and of draws.  The voters of an example are the K draws with the largest
# gains; the answer that most of them give wins, of equals that of the better
# draw.
# Variables: seed, set, voters (with commas), right (the column that says which
# answers are right, exact).
BEGIN {
	FS = OFS = "\t"
	if (right == "")
		right = "exact"
	n_ks = split(voters, K, ",")
	print "seed", "set", "sigma", "voters", "items", "base", "vote",
	    "best_single", "mean_single"
}
FNR == 1 { header(); file++; next }
file == 1 {
	gain[get("sigma"), get("draw")] = get("gain")
	next
}
{
	j = get("item")
	if (j >= items)
		items = j + 1
}
get("delta") == "NA" {
	base += get(right)
	next
}
{
	d = get("delta")
	if (d >= draws)
		draws = d + 1
	sigma = get("sigma")
	of[d] = gain[sigma, get("draw")] + 0
	answer[d, j] = get("answer")
	exact[d, j] = get(right)
	total[d] += get(right)
}
# rank[1], rank[2], ...: the draws, the largest gain first
function sort(    d, i)
{
	for (d = 0; d < draws; d++) {
		for (i = d; i > 0 && of[rank[i]] < of[d]; i--)
			rank[i + 1] = rank[i]
		rank[i + 1] = d
	}
}
# 1: the answer to item j that most of the first k draws give is right
function vote(j, k,    i, a, votes, winner)
{
	split("", votes)
	for (i = 1; i <= k; i++)
		votes[answer[rank[i], j]]++
	winner = 1
	for (i = 2; i <= k; i++)
		if (votes[answer[rank[i], j]] > votes[answer[rank[winner], j]])
			winner = i
	return exact[rank[winner], j]
}
function put(k,    i, j, won, mean)
{
	for (j = 0; j < items; j++)
		won += vote(j, k)
	for (i = 1; i <= k; i++)
		mean += total[rank[i]] / k / items
	print seed, set, sigma, k, items, sprintf("%.9g", base / items),
	    sprintf("%.9g", won / items),
	    sprintf("%.9g", total[rank[1]] / items), sprintf("%.9g", mean)
}
END {
	sort()
	for (i = 1; i <= n_ks; i++)
		if (K[i] <= draws)
			put(K[i])
}
