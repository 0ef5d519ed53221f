"""What several features share: what screens make of rows (pure), and how a machine, a job or a request looks.

Lies between `features` and `ui`: core and ui know no domain word, and features do not import each other.

    submit.py: the one way to save.  await submit(client, command | request, form) -> bool · made(form, Kind, fields) · sender(form, button)
    views.py (pure):  interventions_of · open_jobs · by_label · today_view · board_view · to_validate · is_late · is_mine · runs_for
    agenda.py (pure): what is to come, entry by entry; loads of people
    plan_dates.py (pure): which plans have something on certain days, told by their texts
    today.py: today_of(client), by parts of jobs · first_of(client, jobs, many): those that are shown, whole
    due.py (pure): late, due, soon; how plans have been kept
    foretelling/: what a command does on this device beyond its own row
    client.py: the client of a plant, its tables by name
    search.py (pure): search_equipment(rows, query, limit=50)
"""
