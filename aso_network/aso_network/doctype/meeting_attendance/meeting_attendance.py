from aso_network.rows import Row


class MeetingAttendance(Row):
	def get_invalid_links(self, is_submittable: bool = False) -> tuple[list, list]:
		# `meetings.check_attendance` looks up the organisations and the people of all lines at once, and
		# fills in their names; line by line this would be two queries for each of perhaps 2,000.
		return [], []
