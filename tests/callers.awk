# SPDX-License-Identifier: GPL-3.0-or-later
# For tests/check-layers: symbols of the objects (nm -A -g) against the table "callers: functions" in the
# variable "writers" of the environment, a line each; one line of output a call that it does not allow, and
# one a function that is nowhere. Within its own room a function may be called.
BEGIN {
	n = split(ENVIRON["writers"], line, "\n")
	for (i = 1; i <= n; i++) {
		split(line[i], p, ": ")
		m = split(p[2], names, " ")
		for (k = 1; k <= m; k++)
			who[names[k]] = " " p[1] " "
	}
}

{
	f = $1
	sub(/\.o:.*/, "", f)
	sub(/.*\/rescue\//, "", f)
	room = f
	sub(/\/.*/, "", room)
	if ($(NF - 1) != "U")
		home[$NF] = room
	else if ($NF in who && !index(who[$NF], " " room " ") && !index(who[$NF], " " f " "))
		room_of[f, $NF] = room
}

END {
	for (s in who)
		if (s !~ /^pwrite/ && !(s in home))
			print s ": no function of this name is in what is built"
	for (call in room_of) {
		split(call, p, SUBSEP)
		if (home[p[2]] != room_of[call])
			print "rescue/" p[1] ".c: calls " p[2] ", which writes"
	}
}
