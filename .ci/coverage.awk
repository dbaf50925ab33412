# Reads a profile of go test -coverprofile: "PACKAGE/FILE:BLOCK STATEMENTS COUNT", a block once for each test program. It
# prints what is covered of each package, and fails when that is less than 90 % of the statements.

NR > 1 {
	statements[$1] = $2
	covered[$1] += $3
}

END {
	for (block in statements) {
		package = block
		sub(/\/[^\/]*$/, "", package)
		all[package] += statements[block]
		if (covered[block])
			run[package] += statements[block]
	}
	for (package in all) {
		percent = 100 * run[package] / all[package]
		printf "%5.1f %%  %s\n", percent, package
		if (percent < 90)
			low = 1
	}
	exit low
}
