// SPDX-License-Identifier: GPL-2.0
/*
 * Change a file at random, as fuzz.sh asks: standard input goes to standard output with one
 * to eight changes. The same seed makes the same ones.
 *
 *	mutate SEED <FILE >CHANGED
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE	(64 << 20)

/* What parsers stumble over. */
static const struct {
	const char	*s;
	size_t		len;
} words[] = {
#define WORD(s)	{ s, sizeof(s) - 1 }
	WORD(""), WORD("-1"), WORD("0"), WORD("0x"), WORD("\0"), WORD("4294967296"),
	WORD("9223372036854775808"), WORD("-9223372036854775808"),
	WORD("18446744073709551615"), WORD("99999999999999999999999999"),
	WORD("\t"), WORD("\n"), WORD("\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t"), WORD(": "),
	WORD(","), WORD("\""), WORD("%s%n%d"), WORD("<script>"), WORD("corrupt"),
	WORD("Node 0, zone"), WORD("\x1b[2J"), WORD("\xff\xfe\xc0\x80"), WORD("\xe2\x80\xae"),
};

static uint64_t state;

/* xorshift64*; a number below @n */
static size_t below(size_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return n ? (state * 0x2545f4914f6cdd1dULL >> 16) % n : 0;
}

/**
 * struct data - the file
 * @s:   its bytes
 * @len: how many
 */
struct data {
	char	*s;
	size_t	len;
};

/* Put other bytes in the place of some of them. */
static void replace(struct data *d, size_t at, size_t nr, const char *s, size_t len)
{
	char *changed;

	if (nr > d->len - at)
		nr = d->len - at;
	if (d->len - nr + len > MAX_FILE)
		return;
	changed = malloc(d->len - nr + len + 1);
	if (!changed)
		exit(1);
	memcpy(changed, d->s, at);
	memcpy(changed + at, s, len);
	memcpy(changed + at + len, d->s + at + nr, d->len - at - nr);
	d->len = d->len - nr + len;
	free(d->s);
	d->s = changed;
}

static size_t number_at(const struct data *d, size_t at)
{
	size_t len = 0;

	while (at + len < d->len && strchr("0123456789abcdefx", d->s[at + len]) &&
	       d->s[at + len])
		len++;
	return len;
}

static void change(struct data *d)
{
	size_t at = below(d->len + 1), word = below(sizeof(words) / sizeof(*words)), i, nr;

	switch (below(6)) {
	case 0:
		if (at < d->len)
			d->s[at] ^= 1 << below(8);
		break;
	case 1:
		replace(d, at, 0, words[word].s, words[word].len);
		break;
	case 2:
		replace(d, at, 1 + below(200), "", 0);
		break;
	case 3:
		while (at < d->len && !number_at(d, at))
			at++;
		replace(d, at, number_at(d, at), words[word].s, words[word].len);
		break;
	case 4:
		nr = 1 + below(300);
		if (nr > d->len - at)
			nr = d->len - at;
		for (i = 1 + below(20); i; i--) {
			char *again = malloc(nr + 1);

			if (!again)
				exit(1);
			memcpy(again, d->s + at, nr);
			replace(d, at, 0, again, nr);
			free(again);
		}
		break;
	default:
		d->len = at;
	}
}

int main(int argc, char **argv)
{
	struct data d = { malloc(1), 0 };
	char buffer[16384];
	size_t n, changes;

	if (argc != 2) {
		fputs("Usage: mutate SEED <FILE >CHANGED\n", stderr);
		return 2;
	}
	/* no seed is 0, which would stay 0 */
	state = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ULL | 1;
	while ((n = fread(buffer, 1, sizeof(buffer), stdin)) && d.s)
		replace(&d, d.len, 0, buffer, n);
	for (changes = 1 + below(8); changes; changes--)
		change(&d);
	if (fwrite(d.s, 1, d.len, stdout) != d.len || fflush(stdout)) {
		perror("mutate");
		return 1;
	}
	free(d.s);
	return 0;
}
