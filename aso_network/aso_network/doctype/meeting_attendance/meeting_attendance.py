from aso_network import meetings
from aso_network.rows import Row


class MeetingAttendance(Row):
	def get_invalid_links(self, is_submittable: bool = False) -> tuple[list, list]:
		# `meetings.check_attendance` looks up the organisations and the people of all lines at once, and
		# fills in their names; line by line this would be two queries for each of perhaps 2,000.
		return [], []

	def db_update(self) -> None:
		if not meetings.is_stored(self):
			super().db_update()
