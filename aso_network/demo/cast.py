"""Who and what the story needs. Names that the source text does not give are invented and say “(demo)”."""

from __future__ import annotations

from typing import NamedTuple

from aso_network.roles import COMMITTEE, FINANCE, MANAGER, MEMBER, OBSERVER, OFFICER, TRAINING

DOMAIN = "demo.invalid"

# user part of the address, role, first name
STAFF = (
	("manager", MANAGER, "Manager"),
	("officer", OFFICER, "Officer"),
	("second.officer", OFFICER, "Second Officer"),
	("observer", OBSERVER, "Observer"),
	("training", TRAINING, "Training"),
	("finance", FINANCE, "Finance"),
)
# The logins that `make demo` prints besides the staff's; both exist once the story is told.
TELLER = ("teller.deir-ezzor.1", COMMITTEE)
MEMBER_LOGIN = ("member.deir-ezzor.1", MEMBER)


class Org(NamedTuple):
	"""An invented organisation: names without the mark, and the P-code of its city or town."""

	en: str
	ar: str
	pcode: str


class Place(NamedTuple):
	"""One platform: names, governorate, its organisations, and its meeting."""

	key: str
	name_en: str
	name_ar: str
	name_ku: str
	pcode: str
	meeting_date: str
	venue: str
	organizations: tuple[Org, ...]
	seats: int
	candidates: int
	# What the decision on the electoral form says besides, and the candidates' genders where persons stand.
	form: dict
	seat_rules: tuple[dict, ...] = ()
	genders: tuple[str, ...] = ()
	# What the candidates say, where they say something: in Arabic and in English.
	statements: tuple[tuple[str, str], ...] = ()


DEIR_EZZOR = Place(
	"deir-ezzor",
	"Deir Ezzor",
	"دير الزور",
	"Dêrezor",
	"SY09",
	# Wednesday, in the hall of the restaurant: both from the source text, and so are the 19.
	"2022-11-09",
	"Hall of Aman / Deir Ezzor Restaurant",
	(
		Org("Euphrates Youth", "شباب الفرات", "SY090100"),
		Org("Palm Grove Women", "نساء النخيل", "SY090100"),
		Org("River Bank Development", "تنمية ضفة النهر", "SY090100"),
		Org("Literacy for All", "القراءة للجميع", "SY090101"),
		Org("Kisreh Farmers' Union", "اتحاد فلاحي الكسرة", "SY090101"),
		Org("Light of Basira", "نور البصيرة", "SY090102"),
		Org("Basira Health Volunteers", "متطوعو صحة البصيرة", "SY090102"),
		Org("Muhasan Craftswomen", "حرفيات موحسن", "SY090103"),
		Org("Tabni Clean Water", "مياه التبني النظيفة", "SY090104"),
		Org("Khasham Reading House", "بيت القراءة في خشام", "SY090105"),
		Org("Sur Relief Circle", "دائرة الإغاثة في الصور", "SY090106"),
		Org("Abu Kamal Dialogue", "حوار البوكمال", "SY090200"),
		Org("Bridge of Abu Kamal", "جسر البوكمال", "SY090200"),
		Org("Hajin Rebuilds", "هجين تعمر", "SY090201"),
		Org("Jalaa Teachers", "معلمو الجلاء", "SY090202"),
		Org("Susat Sports Club", "نادي السوسة الرياضي", "SY090203"),
		Org("Mayadin Lawyers for Rights", "محامو الميادين للحقوق", "SY090300"),
		Org("Thiban Seeds", "بذور ذيبان", "SY090301"),
		Org("Ashara Heritage", "تراث العشارة", "SY090302"),
	),
	seats=7,
	candidates=9,
	form={
		"form": "Block Vote",
		"max_choices": 7,
		"tie_rule": "Lot from the committee's sealed seed",
		"text": "Secret paper ballot; those with the most votes are elected. (demo)",
	},
)
AL_HASAKAH = Place(
	"al-hasakah",
	"Al-Hasakah",
	"الحسكة",
	"Hesekê",
	"SY08",
	"2022-09-14",
	"Hall in Al-Hasakah (demo)",
	(
		Org("Khabur Women's House", "بيت نساء الخابور", "SY080000"),
		Org("Jazira Youth Initiative", "مبادرة شباب الجزيرة", "SY080000"),
		Org("Tal Tamer Together", "معاً في تل تمر", "SY080001"),
		Org("Shadadah Relief", "إغاثة الشدادة", "SY080002"),
		Org("Amuda Cinema for Peace", "سينما عامودا للسلام", "SY080202"),
		Org("Qamishli Music Workshop", "ورشة موسيقا القامشلي", "SY080200"),
		Org("Malikeyyeh Farmers", "فلاحو المالكية", "SY080300"),
		Org("Darbasiyah Library", "مكتبة الدرباسية", "SY080401"),
	),
	seats=3,
	candidates=6,
	form={
		"form": "Single Transferable Vote",
		"max_choices": 0,
		"text": "Voters number the candidates in the order of their preference. (demo)",
	},
)
RAQQA = Place(
	"raqqa",
	"Raqqa",
	"الرقة",
	"Reqa",
	"SY11",
	"2022-10-12",
	"Hall in Raqqa (demo)",
	(
		Org("Raqqa Rebuild", "الرقة تنهض", "SY110100"),
		Org("Rashid Gate Culture", "ثقافة باب الرشيد", "SY110100"),
		Org("Karama Dignity", "كرامة", "SY110102"),
		Org("Maadan Mothers", "أمهات معدان", "SY110103"),
		Org("Tabqa Dam Youth", "شباب سد الطبقة", "SY110300"),
		Org("Ein Issa Solidarity", "تضامن عين عيسى", "SY110202"),
		Org("Suluk Green Belt", "حزام سلوك الأخضر", "SY110201"),
	),
	seats=3,
	candidates=5,
	form={
		"form": "Block Vote",
		"max_choices": 3,
		"text": "Those with the most votes are elected, at least two women among them. (demo)",
	},
	seat_rules=({"group": "Women", "minimum": 2},),
	genders=("Man", "Woman", "Man", "Woman", "Man"),
)
# In the order in which they were structured; Deir Ezzor is the final step.
PLACES = (AL_HASAKAH, RAQQA, DEIR_EZZOR)
# One member of each platform has a login that is printed.
MEMBER_LOGINS = tuple((f"member.{place.key}.1", MEMBER) for place in PLACES)

FIRST_NAMES = (
	*("Amal", "Basel", "Dalia", "Elias", "Farida", "Ghassan", "Hala", "Idris", "Jwan", "Khaled"),
	*("Lamia", "Mazen", "Nour", "Omar", "Perwin", "Qasem", "Rima", "Salim", "Tamara", "Walid"),
)

MINUTES = {
	"impressions": (
		"The members expressed their impressions about the platform and the importance of its presence as a "
		"first step towards unifying the efforts of work for the benefit of the local community."
	),
	"diagnosis": (
		"They discussed the administrative and operational frameworks in which the platform worked during the "
		"past period, and the shortage of the desired networking effectiveness."
	),
	"proposal": (
		"A structure based on firm and clear objectives, with participatory work as its key principle, "
		"characterised by simplicity, which achieves as much as possible democracy and transparency."
	),
}

PRECEDENTS = {
	"al-hasakah": "Models adopted in many civil networks around the world.",
	"raqqa": "Models adopted in many civil networks around the world; the choice of Al-Hasakah.",
	"deir-ezzor": (
		"Models adopted in many civil networks around the world, varying in their compositions according to "
		"their intended objectives; the choices of the members in Al-Hasakah and Raqqa."
	),
}


def decisions(place: Place) -> list[dict]:
	"""What the meeting decided. Seats, marks, votes and wording of the rules are invented."""
	present = len(place.organizations)
	carried = {"votes_for": present - 2, "votes_against": 1, "abstentions": 1}
	return [
		{
			"kind": "Governance Model",
			"text": "The formation of an operational body like its counterparts in the rest of the "
			"governorates is the most appropriate form.",
			"governance_model": "Operational Body",
			"precedents": PRECEDENTS[place.key],
			**carried,
		},
		{
			"kind": "Electoral Form",
			"seats": place.seats,
			"term_months": 24,
			**place.form,
			**carried,
		},
		{
			"kind": "Rules of Candidacy",
			"text": "Every active member organisation may stand with one candidacy. (demo)",
			"candidate_kind": "Person" if place.genders else "Organization",
			"max_per_organization": 1,
			**carried,
		},
		{
			"kind": "Powers",
			"text": "To coordinate the members' work, speak for the platform and prepare its meetings. (demo)",
			**carried,
		},
		{
			"kind": "Counting Committee",
			"text": "Two participants monitor and count the votes and announce the successful names. (demo)",
			**carried,
		},
	]


# In the words of the members themselves (demo).
STATEMENT = {
	"statement_ar": "نريد هيئة تصغي إلى كل منظمة في المدن والبلدات، وتعلن كل قرار مع سببه. (تجريبي)",
	"statement_en": "We want a body that listens to every organization, in the cities and in the towns. (demo)",
}
OBJECTION = {
	"about": "Result",
	"reason": "على طاولتنا بدا أن ورقة قُرئت مرتين. نطلب عدّ الأوراق من جديد. (تجريبي)",
}
ANSWER = "عدّت اللجنة الأوراق من جديد أمام الحاضرين: تسع عشرة ورقة، بعدد من صوّتوا في الجدول، والنتيجة نفسها. (تجريبي)"

# Kept on paper until the tie for the last seat of Deir Ezzor.
SEED = "dice in the hall of Aman: 3 6 1 1 5 2 4 6 (demo)"

# Preferences as candidates' places: the first has more than the quota, and the surplus helps the second.
PREFERENCES = ([0, 1], [0, 1], [0, 1], [0, 1], [1], [2, 3], [2, 3], [3, 2])
VOTES = {
	"deir-ezzor": (18, 17, 16, 15, 14, 13, 12, 12, 9),  # tied for the last of seven seats
	"raqqa": (6, 5, 4, 2, 1),
}


def papers(place: Place, candidacies: list[str]) -> list[dict]:
	"""Invented ballots, one for each organisation; where marks are made, the last one is blank."""
	if place.key not in VOTES:
		return [_paper([candidacies[p] for p in preferences]) for preferences in PREFERENCES]
	marked: list[list[str]] = [[] for _voter in range(len(place.organizations) - 1)]
	for votes, candidacy in zip(VOTES[place.key], candidacies, strict=True):
		# Whoever has the fewest marks so far gives the next vote, so nobody marks more than is allowed.
		for choices in sorted(marked, key=len)[:votes]:
			choices.append(candidacy)
	return [_paper(choices) for choices in [*marked, []]]


def _paper(choices: list[str]) -> dict:
	return {"choices": choices, "spoiled": False}
