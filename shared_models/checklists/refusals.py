"""Why an answer cannot stand."""

from shared_models.refusals import Invalid


class StepUnknown(Invalid):
    """Not a step of the job's checklist."""

    code = "step_unknown"


class StepValueMissing(Invalid):
    code = "step_value_missing"


class StepValueUnfit(Invalid):
    """Not a number, not one of the options, not a signature."""

    code = "step_value_unfit"


class StepPhotoMissing(Invalid):
    code = "step_photo_missing"
