"""The pictures that a class, a failure mode or a remedy may have."""

from collections.abc import Sequence
from typing import Final

from mobile_app.core.folding import fold
from mobile_app.core.i18n import t
from mobile_app.domain import marks
from mobile_app.ui.choices import Choice

MACHINES: Final = (
    "precision_manufacturing", "settings", "water", "air", "electric_bolt", "local_fire_department", "ac_unit", "thermostat", "compress",
    "conveyor_belt", "forklift", "inventory_2", "pallet", "local_drink", "label", "build", "construction", "hardware", "blender",
    "recycling", "scale", "garage", "propane_tank", "plumbing", "hvac", "wind_power", "height", "developer_board", "electrical_services",
    "battery_charging_full", "bolt", "device_thermostat", "vertical_align_center", "view_in_ar", "wash",
)  # fmt: skip
FAILURES: Final = (
    "water_drop", "opacity", "format_color_reset", "power_off", "front_hand", "lock", "lock_open", "hourglass_bottom", "play_circle",
    "stop_circle", "broken_image", "block", "trending_down", "trending_up", "sync_problem", "tune", "device_thermostat", "thermostat",
    "vibration", "graphic_eq", "filter_alt", "sensors_off", "electrical_services", "construction", "handyman",
)  # fmt: skip
REMEDIES: Final = ("swap_vert", "tune", "build", "cleaning_services", "restart_alt", "opacity", "handyman", "settings_input_component")


def choices(names: Sequence[str]) -> list[Choice]:
    found = [Choice(name, t(f"classes.icon.{name}"), marks.icon_named(name)) for name in names]
    return sorted(found, key=lambda choice: fold(choice.label))
