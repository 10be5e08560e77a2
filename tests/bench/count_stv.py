"""STV of 100,000 ballots over 12 candidates for 5 seats, beside the libraries that count the same ballots.

Each side starts from a list of ballots of its own kind, made before, and ends with the elected. votekit starts
from its profile, in which equal ballots are one row already; ours, beside it, from papers added up already.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec

from pyrankvote import Ballot as TheirBallot
from pyrankvote import Candidate as TheirCandidate
from pyrankvote import single_transferable_vote
from stvpoll.scottish_stv import calculate_scottish_stv

from aso_network.elections import forms
from aso_network.elections.ballots import Ballot
from aso_network.elections.contest import STV, Contest, collect

BALLOTS, CANDIDATES, SEATS, RUNS = 100_000, 12, 5, 3


def figures() -> list[tuple[str, float, float]]:
	"""(what, our seconds, theirs): medians of RUNS, taken in turn so that a busy moment hits both."""
	rankings = profile()
	names = sorted({name for ranking in rankings for name in ranking})
	contest = Contest(STV, tuple(names), SEATS)
	ballots = [Ballot(ranking) for ranking in rankings]
	papers = collect(contest, ballots)
	counted = Counter(rankings)

	people = {name: TheirCandidate(name) for name in names}
	theirs = [TheirBallot([people[name] for name in ranking]) for ranking in rankings]
	said = f"STV, {BALLOTS:,} ballots, {len(counted):,} different, {CANDIDATES} candidates, {SEATS} seats"
	found = [
		(
			f"{said}: pyrankvote",
			lambda: forms.count(contest, ballots),
			lambda: single_transferable_vote(list(people.values()), theirs, SEATS),
		),
		(
			f"{said}: stvpoll",
			lambda: forms.count(contest, ballots),
			lambda: calculate_scottish_stv(tuple(names), Counter(rankings), SEATS),
		),
	]
	if find_spec("votekit"):
		found.append(
			(f"{said}: votekit", lambda: forms.count_papers(contest, papers), _votekit(counted, names))
		)
	return [(what, *_medians(ours, library)) for what, ours, library in found]


def profile(seed: int = 7) -> list[tuple[str, ...]]:
	"""Voters and candidates on a line. Voters prefer who is near and who is known, not without whims, and rank
	some four or five."""
	draw = random.Random(seed)
	names = [f"C{number:02d}" for number in range(CANDIDATES)]
	place = [draw.random() for _ in names]
	known = [draw.random() * 0.3 for _ in names]
	rankings = []
	for _ in range(BALLOTS):
		here = draw.random()
		likes = {n: abs(place[n] - here) - known[n] + draw.gauss(0, 0.25) for n in range(CANDIDATES)}
		length = min(CANDIDATES, 1 + int(draw.expovariate(1 / 4.5)))
		rankings.append(tuple(names[n] for n in sorted(likes, key=likes.__getitem__)[:length]))
	return rankings


def _votekit(counted: Counter[tuple[str, ...]], names: list[str]) -> Callable[[], object]:
	from votekit.ballot import RankBallot
	from votekit.elections import FastSTV
	from votekit.pref_profile import RankProfile

	rows = tuple(
		RankBallot(ranking=tuple(frozenset([name]) for name in ranking), weight=number)
		for ranking, number in counted.items()
	)
	whole = RankProfile(ballots=rows, candidates=tuple(names), max_ranking_length=CANDIDATES)
	return lambda: FastSTV(whole, n_seats=SEATS).get_elected()


def _medians(*jobs: Callable[[], object]) -> tuple[float, ...]:
	times: list[list[float]] = [[] for _ in jobs]
	for _ in range(RUNS):
		for job, taken in zip(jobs, times, strict=True):
			start = time.perf_counter()
			job()
			taken.append(time.perf_counter() - start)
	return tuple(map(statistics.median, times))


if __name__ == "__main__":
	for what, ours, theirs in figures():
		print(f"{what}: {ours:.3f} s ours, {theirs:.3f} s theirs, ratio {ours / theirs:.2f}")
