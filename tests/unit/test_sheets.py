"""Word sheets: any k of n give the seed back, fewer do not, and what is typed wrongly is named by its place."""

from itertools import combinations

import pytest

pytest.importorskip("shamir_mnemonic")

from aso_network.polling import sheets
from aso_network.polling.sheets import SheetError

SEED = bytes(range(16))

# From vectors.json of trezor/python-shamir-mnemonic, which are made with the passphrase TREZOR; the seed is the
# one without it, as that library gives it.
VECTOR = [
	"shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view short owner flip making coding armed",
	"shadow pistol academic acid actress prayer class unknown daughter sweater depict flip twice unkind craft early superior advocate guest smoking",
]
WRONG = {
	# "Mnemonic with invalid checksum (128 bits)"
	"duckling enlarge academic academic agency result length solution fridge kidney coal piece deal husband erode duke ajar critical decision kidney": sheets.CHECKSUM,
	# "Mnemonic with invalid padding (128 bits)"
	"duckling enlarge academic academic email result length solution fridge kidney coal piece deal husband erode duke ajar music cargo fitness": sheets.CHECKSUM,
	# "Valid mnemonic without sharing": one sheet alone would be the seed.
	"duckling enlarge academic academic agency result length solution fridge kidney coal piece deal husband erode duke ajar critical decision keyboard": sheets.NO_SHEET,
	# "Mnemonic with insufficient length"
	"junk necklace academic academic acne isolate join hesitate lunar roster dough calcium chemical ladybug amount mobile glasses verify cylinder": sheets.LENGTH,
	# one of several groups
	"eraser senior beard romp adorn nuclear spill corner cradle style ancient family general leader ambition exchange unusual garlic promise voice": sheets.NO_SHEET,
}
# "Mnemonics with different identifiers", "… iteration exponents"
OF_DIFFERENT_KEYS = [
	[
		"adequate smoking academic acid debut wine petition glen cluster slow rhyme slow simple epidemic rumor junk tracks treat olympic tolerate",
		"adequate stay academic agency agency formal party ting frequent learn upstairs remember smear leaf damage anatomy ladle market hush corner",
	],
	[
		"peasant leaves academic acid desert exact olympic math alive axle trial tackle drug deny decent smear dominant desert bucket remind",
		"peasant leader academic agency cultural blessing percent network envelope medal junk primary human pumps jacket fragment payroll ticket evoke voice",
	],
]
# "Mnemonics giving an invalid digest"
BAD_DIGEST = [
	"guilt walnut academic acid deliver remove equip listen vampire tactics nylon rhythm failure husband fatigue alive blind enemy teaspoon rebound",
	"guilt walnut academic agency brave hamster hobo declare herd taste alpha slim criminal mild arcade formal romp branch pink ambition",
]
# "Mnemonics with duplicate member indices"
SAME_NUMBER = [
	"device stay academic always dive coal antenna adult black exceed stadium herald advance soldier busy dryer daughter evaluate minister laser",
	"device stay academic always dwarf afraid robin gravity crunch adjust soul branch walnut coastal dream costume scholar mortgage mountain pumps",
]


def problem(typed):
	with pytest.raises(SheetError) as caught:
		sheets.combine(typed)
	error = caught.value
	# The words must not travel with the error either.
	assert error.__context__ is None and error.__cause__ is None
	return error


@pytest.mark.parametrize(("needed", "number"), [(2, 2), (2, 3), (3, 4), (3, 5), (5, 5)])
def test_every_needed_number_of_sheets_gives_the_seed_and_no_fewer_do(needed, number):
	made = sheets.split(SEED, needed, number)
	assert [len(sheet.split()) for sheet in made] == [sheets.WORDS] * number
	for chosen in combinations(range(number), needed):
		assert sheets.combine([made[i] for i in chosen]) == (SEED, [i + 1 for i in chosen])
	for chosen in combinations(made, needed - 1):
		assert problem(chosen).problem == sheets.TOO_FEW


@pytest.mark.parametrize(("needed", "number"), [(2, 3), (2, 5), (3, 5), (4, 5)])
def test_all_sheets_together_take_part_each(needed, number):
	made = sheets.split(SEED, needed, number)
	assert sheets.combine(made) == (SEED, list(range(1, number + 1)))
	# One whose checksum is right and whose numbers are not, wherever it stands, does not slip through.
	forged = sheets.split(bytes(16), needed, number)
	for place in range(number):
		mixed = [_of_the_key_of(made[0], forged[i]) if i == place else made[i] for i in range(number)]
		assert problem(mixed).problem == sheets.DO_NOT_FIT


def _of_the_key_of(sheet, forged):
	from dataclasses import replace

	from shamir_mnemonic import Share

	return replace(Share.from_mnemonic(forged), identifier=Share.from_mnemonic(sheet).identifier).mnemonic()


def test_two_seeds_give_other_sheets_each_time():
	assert not set(sheets.split(SEED, 2, 3)) & set(sheets.split(SEED, 2, 3))


def test_the_vectors_of_the_standard():
	from shamir_mnemonic import combine_mnemonics

	assert combine_mnemonics(VECTOR, b"TREZOR").hex() == "b43ceb7e57a0ea8766221624d01b0864"
	assert sheets.combine(VECTOR)[0] == combine_mnemonics(VECTOR)
	assert problem(VECTOR[:1]).problem == sheets.TOO_FEW
	for text, expected in WRONG.items():
		error = problem([VECTOR[0], text])
		assert (error.problem, error.sheet) == (expected, 2)
	for pair in OF_DIFFERENT_KEYS:
		assert problem(pair).problem == sheets.OTHER_KEY
	assert problem(BAD_DIGEST).problem == sheets.DO_NOT_FIT
	assert problem(SAME_NUMBER).problem == sheets.TWICE


def test_words_are_read_as_people_type_them():
	first, second = sheets.split(SEED, 2, 2)
	numbered = "\n".join(f"{n}. {word.upper()}" for n, word in enumerate(first.split(), start=1))
	arabic = " ".join(f"{'٠١٢٣٤٥٦٧٨٩'[n % 10]} {word}" for n, word in enumerate(first.split()))
	short = "  ".join(word[:4] for word in first.split())
	for typed in (numbered, arabic, short, first.replace(" ", "-"), f" \u200f{first}\t\n"):
		assert sheets.combine([typed, second]) == (SEED, [1, 2])


def test_what_is_wrong_is_named_by_its_place():
	made = sheets.split(SEED, 3, 5)
	words = made[1].split()
	unknown = " ".join([*words[:6], "zebra", *words[7:]])
	error = problem([made[0], unknown, made[2]])
	assert (error.problem, error.sheet, error.word) == (sheets.UNKNOWN_WORD, 2, 7)
	error = problem([made[0], made[1], " ".join(words[:19])])
	assert (error.problem, error.sheet, error.number) == (sheets.LENGTH, 3, 19)
	error = problem([made[0], " ".join([words[1], words[0], *words[2:]]), made[2]])
	assert (error.problem, error.sheet) == (sheets.CHECKSUM, 2)
	error = problem([made[0], made[1], made[0]])
	assert (error.problem, error.sheet, error.other) == (sheets.TWICE, 3, 1)
	error = problem([made[0], sheets.split(SEED, 3, 5)[1], made[2]])
	assert (error.problem, error.sheet, error.other) == (sheets.OTHER_KEY, 2, 0)
	error = problem(made[:2])
	assert (error.problem, error.number) == (sheets.TOO_FEW, 3)
	assert problem([]).problem == sheets.TOO_FEW
	assert problem(["", made[1]]).problem == sheets.LENGTH
