import hashlib
import itertools
import shutil
import subprocess
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aso_network.elections import lot
from aso_network.elections.errors import ElectionError, LotInputError

SEED = "4 2 6 6 1 3 5 2 olive bridge"
ROOT = "f087e12bb791efdc3495e93cc431d54c3a23e6543c9a46dd69d56fcc4c19e04d"

# A name as it may stand on a ballot: one line, and the same in every Unicode form that matters here.
NAMES = (
	st.text(
		st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("'\"\\$`!|%é"),
		min_size=1,
		max_size=12,
	)
	.map(lambda text: unicodedata.normalize("NFC", text).strip())
	.filter(bool)
)


def test_the_smallest_hash_comes_first():
	drawn = lot.draw(SEED, ROOT, ["Amal", "Zamen", "Jîn"])
	by_hand = sorted(
		(hashlib.sha256(f"{SEED}|{ROOT}|{name}".encode()).hexdigest(), name)
		for name in ("Amal", "Zamen", "Jîn")
	)
	assert drawn.order == tuple(name for _digest, name in by_hand)
	assert drawn.steps == tuple((f"{SEED}|{ROOT}|{name}", digest) for digest, name in by_hand)


@settings(max_examples=100, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.randoms())
def test_the_order_of_the_names_changes_nothing(names, draw):
	drawn = lot.draw(SEED, ROOT, names)
	assert lot.draw(SEED, ROOT, draw.sample(names, len(names))) == drawn
	assert sorted(drawn.order) == sorted(names)
	# Fewer names keep their order among themselves: one seed serves every tie of a count.
	fewer = names[::2]
	assert lot.draw(SEED, ROOT, fewer).order == tuple(name for name in drawn.order if name in fewer)


def test_every_order_is_as_likely_as_every_other():
	"""Of 24 orders in 2,400 lots each comes about 100 times: chi-squared of 23 degrees below 49.7 (p = 0.001)."""
	orders = Counter(lot.draw(f"seed {number}", ROOT, "abcd").order for number in range(2400))
	assert set(orders) == set(itertools.permutations("abcd"))
	assert sum((seen - 100) ** 2 / 100 for seen in orders.values()) < 49.7


def test_seed_and_root_and_name_all_matter():
	names = [f"candidate {number}" for number in range(12)]
	base = lot.draw(SEED, ROOT, names).order
	assert lot.draw(f"{SEED}.", ROOT, names).order != base
	assert lot.draw(SEED, ROOT.replace("f", "e"), names).order != base


def test_what_paper_does_not_show_does_not_matter():
	assert (
		lot.draw(f"  {SEED}\n", ROOT.upper(), [" Amal", "Jin"]).steps
		== lot.draw(SEED, ROOT, ["Amal", "Jin"]).steps
	)
	assert lot.commitment(f" {SEED}\n") == lot.commitment(SEED) == hashlib.sha256(SEED.encode()).hexdigest()
	composed, apart = "caf\u00e9", "cafe\u0301"
	assert lot.commitment(apart) == lot.commitment(composed)
	assert lot.draw(apart, ROOT, [apart]).steps == lot.draw(composed, ROOT, [composed]).steps
	assert lot.draw(SEED, ROOT, [apart]).order == (apart,), "the caller's own id comes back"


@pytest.mark.parametrize(
	("seed", "root", "names", "about"),
	[
		("", ROOT, ["a", "b"], "seed"),
		(" \n\t", ROOT, ["a", "b"], "seed"),
		("two|parts", ROOT, ["a", "b"], "seed"),
		("two\nlines", ROOT, ["a", "b"], "seed"),
		("half a letter \ud800", ROOT, ["a", "b"], "seed"),
		(None, ROOT, ["a", "b"], "seed"),
		(SEED, "", ["a", "b"], "root"),
		(SEED, ROOT[1:], ["a", "b"], "root"),
		(SEED, ROOT + "0", ["a", "b"], "root"),
		(SEED, "g" + ROOT[1:], ["a", "b"], "root"),
		(SEED, "٠" + ROOT[1:], ["a", "b"], "root"),
		(SEED, None, ["a", "b"], "root"),
		(SEED, ROOT, [], "nobody"),
		(SEED, ROOT, ["a", ""], "name"),
		(SEED, ROOT, ["a", None], "name"),
		(SEED, ROOT, ["a", "b", "a"], "twice"),
		(SEED, ROOT, ["a", "a "], "twice"),
		(SEED, ROOT, ["caf\u00e9", "cafe\u0301"], "twice"),
		(SEED, ROOT, ["a", "b\x1b[2J"], "name"),
	],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(seed, root, names, about):
	with pytest.raises(LotInputError, match=about) as error:
		lot.draw(seed, root, names)
	assert isinstance(error.value, ElectionError)
	assert "\n" not in str(error.value) and str(error.value).endswith(".")


def test_a_text_is_read_in_one_way_only():
	"""No other seed and name give the text of this one, though a name may have the separator in it."""
	text = lot.draw("a", ROOT, [f"b|{ROOT}|c"]).steps[0][0]
	seed, root, name = text.split("|", 2)
	assert (seed, root, name) == ("a", ROOT, f"b|{ROOT}|c")


@pytest.mark.skipif(
	not (shutil.which("bash") and shutil.which("sha256sum")), reason="no shell or no sha256sum"
)
@pytest.mark.parametrize("lang", lot.LANGUAGES)
def test_the_printed_commands_give_the_printed_hashes(lang):
	names = ["O'Brien", 'the "Voice"', "$HOME `id` \\n %s %%", "أمل محمّد", "Jîn|Rojava", "-n", "!!", "a  b"]
	drawn = lot.draw("it's a seed", ROOT, names)
	lines = drawn.lines(lang)
	commands = [(line, lines[place + 1]) for place, line in enumerate(lines) if line.endswith("| sha256sum")]
	assert len(commands) == len(names) + 1
	printed = dict(commands)
	done = subprocess.run(["bash"], input="\n".join(printed), capture_output=True, text=True, check=True)
	assert [line.split()[0] for line in done.stdout.splitlines()][1:] == [
		digest for _text, digest in drawn.steps
	]
	# The commitment stands on a line of its own, after its heading.
	assert lot.commitment("it's a seed") in lines
	assert done.stdout.split()[0] == lot.commitment("it's a seed")


def test_the_steps_can_be_read_with_names_in_place_of_ids():
	drawn = lot.draw(SEED, ROOT, ["C-1", "C-2"])
	english, arabic = drawn.lines("en", {"C-1": "أمل"}), drawn.lines("ar", {"C-1": "أمل"})
	place = drawn.order.index("C-1") + 1
	assert f"{place}. أمل" in english and f"{place}. أمل" in arabic
	shown = ["أمل" if name == "C-1" else name for name in drawn.order]
	assert english[-1] == f"The order drawn: {', '.join(shown)}."
	assert arabic[-1] == f"ترتيب القرعة: {'، '.join(shown)}."
