// Shared by the app's forms and lists; helpers live under `aso`.
import "./activity_button";
import "./steady_forms";
import "./workflow_reason";
