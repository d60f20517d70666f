# foot.awk: the report's end.
BEGIN { print "</main>\n</body>\n</html>" }
