// Shared by the app's forms and lists; helpers live under `aso`.
import "./activity_button";
import "./keep_edits";
import "./workflow_reason";
