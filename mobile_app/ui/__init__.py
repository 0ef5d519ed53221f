"""The component kit: plain data and callbacks in, one tree out, no domain word in here.

Capitalised names return a control. Those marked * are components (they hold state, may be given
`key=` and go through the error boundary); the others are plain functions, cheap, to be called
inside a component. Callbacks written `on_x` may be sync or async; clicks pass no event.

Once, at start::

    apply_theme(page, mode)           theme: fonts, light and dark themes
    environment.install(page)         size, keyboard, text size, reduced motion; then
    environment.current().layout.bottom_inset = 34    where the system covers the bottom
    DraftContext(store, lambda: App())                hooks: where drafts are kept
    report_errors_to(lambda where, error: ...)        component

component   @component | memo(Component) | report_error(where, error)
hooks       use_state(v) use_maybe(kind, v) use_box(make) State[T] Setter[T]   Flet's, typed
            use_async(fn, deps=()) -> Async(data, error, reload, loading)
            use_live(observable) -> observable      use_breakpoint() -> Breakpoint.phone|tablet|laptop|desktop
            use_environment() -> Environment(.has_big_text .reduced_motion .motion(ms) .layout)
            use_interval(fn, seconds)   use_until(instant|None, now)   use_clock(seconds=1) -> datetime UTC   use_palette() -> Palette
            use_shortcut("J", action, label, enabled=True)
            use_draft(key, initial) -> Draft(.values .get .set .setter .ready .restored, await .clear())
            DraftStore protocol: await load(key) save(key, dict) clear(key); MemoryDrafts
theme       C.<role> (background surface surface2 line ink ink2 primary on_primary ok warning bad info off scan …),
            Tone.ok|warning|bad|info|off|primary, TONES[tone] -> (ink, paper, icon), LIGHT/DARK Palette,
            Space.xs s m l page xl, Radius.card button tile pill, Size.*, REGULAR MEDIUM SEMIBOLD BOLD, line(), faint()
stack       Stack(*controls, spacing=16, expand=)   one below the other, each as wide as all
            Columns(left, right, shares=(1, 1))   two stacks side by side
text        Title(h1) Heading Strong Body Meta Caption Overline (value, **ft.Text); Digits(value, size, color, label)
timers      Timer*(since, size, color)
buttons     PrimaryButton SecondaryButton DangerButton(quiet=) OnPrimaryButton(strong=)
              (label, on_click|None, icon=, trailing_icon=, busy=, disabled=, height=52, expand=)
            TextLink(label, on_click, color=)   IconAction(icon, label, on_click, outlined=, color=, size=48)
            ActionRow(*buttons)  stacks when text is large;  spoken(container, label=None, button=, picked=)  tap(handler)
chips       StatusChip(word, tone, icon=, on_click=, tooltip=)  IconTile(icon, tone, size=44)  Avatar(name)  CountBadge(n)  KeyCap("/")
cards       Card(content, on_click=, label=, padding=16, tone=, selected=)   HeroCard(content)
            RowCard(title, meta=, trailing=str|Trailing(word, tone), icon=|leading=, tone=, chips=, note=, on_click=,
                    selected=, flat=)  flat: rows of a list pane
            SectionHeader(title, meta, action=, on_action=)  CardHeader(title, trailing)
            LineItem(title, meta=, trailing=, icon=, on_click=)
            KeyValues([(name, value)], stacked=)  StatTile(name, value, note, tone=, on_click=)
            TileGrid*(tiles, least=150, most=4, equal=)  TileRow(tiles, columns=, equal=)  in_twos(cards)
            NoticeCard(title, body, tone=, icon=)  Divider()  Wash(content)
choices     Choice(key, label, icon=None, share=None, note="")
            ChoiceGrid(choices, selected, on_pick, columns=2)  ChoiceChips(choices, key|keys, on_pick)  Segments(choices, key, on_pick)
            Strip(choices, keys, on_pick)
            FilterChip(label, on_click, active=, count=)  FilterMenu(label, choices, key|None, on_pick)  FilterBar(chips, trailing)
            StepHeader(title, step, total, on_close)  StepTitle(question, hint)
address     place = use_place(Filters); .asked .ask(site=…) .pick("site") .to(path)   what a list is asked for, told by its address
            class Filters(Asked): site: Key | None = None      go(route)  go_back(list)  Opener(route)
feedback    toast(text, undo=, seconds=)   from a handler; drawn by the page over all else      more_of(place, is_more)
            Banner(text, tone=, action=, on_action=) UpdateBanner(on_apply)
            SkeletonCard() SkeletonList(n) SkeletonLines(n)
            Progress(label, done, total|None)
            EmptyState(icon, title, body, action=, on_action=, secondary=, on_secondary=)  ErrorState(title, body, on_retry=)
            ResultScreen(title, body, tone=, icon=, actions=)  DraftNotice(on_discard)
            ConflictNotice(on_mine, on_theirs)
sheets      use_sheet(Sheet(title, content, footer=None, tall=False) | None, on_close)   every render
            ask = use_confirm(); ask(Question(title, body, confirm, on_confirm, danger=True))
menus       MoreMenu*([MenuItem(label, on_click, icon, danger)], label=)
dialogs     use_dialog(ft.DialogControl | None)   never ft.use_dialog, under which a form in another dialog may die
shell       Shell*(destinations, selected, on_select, on_scan, body, banners=, bare=)  bare: no navigation
            Destination(key, label, icon, selected_icon, badge=0, on_phone=True, pinned=False)
            Page(*controls, footer=, spacing=12, max_width=720|None, padding=20)  scrolls, rows built on demand
            PageHeader(title, meta, trailing=[…], on_back=)  TwoPane*(list_pane, detail|None, placeholder=)
            SyncChip(SyncState("done|running|waiting|offline|refused", count, since), on_click)  spread(left, right)
table       Table*(columns, rows, row_key, place=, route=, selected=, on_select=, actions=, sorting=, row_label=, empty=, page_size=50)
            Column(key, label, cell, sort=None, flex=2, width=None, strong=, number=)  Cell(text, tone, strong)
            TablePage(table_head(title, search, *actions), *above, table=, below=)
            BulkAction(label, icon, on_click(keys in order))  Sorting(key, descending)  is_tabular()   pass the same `rows` object
fields      TextInput*(label, value, on_change, error=, hint=, placeholder=, optional=, lines=1, on_submit=, **ft.TextField)
            SearchField*(value, on_change, placeholder=, autofocus=)  Field(label, control, error=, hint=, optional=)
            Toggle(label, bool, on_change, meta=)
numbers     NumberInput*(label, float|None, on_change, unit=, decimals=, signed=, …)  NumberStepper(label, int, on_change, least, most)
            QuantityInput*(label, text, on_change, unit=, error=, least=)   minus, a figure to type in, plus; exact decimals
            parse_number parse_exact number_text
pickers     Picker*(label, choices, key|None, on_pick, likely=n, none="why nothing is there", maker=Maker(label, on_click), …)
            PickList*(choices, key, on_pick, likely=)  search_choices
dates       DateInput* TimeInput* (label, value|None, on_change, …)
forms       form = use_form(key, initial, version): TextInput(label, **form.field("name")), form.get/set/values/ready/busy/problem,
            form.require("a", "b") -> bool, await form.submit(awaitable) -> bool, form.refuse(Problem), form.start_over()
            an exception with `.problem: Problem` lands under the fields it names; with `version`, that of the row as it stands:
            form.is_stale, form.insist()
pads        NumberPad(text, on_change, decimals=, signed=)  SignaturePad*(svg_path, on_change)  svg_path(strokes) strokes_of(path)
charts      LifeStrip*(Span(start, end), stops=[Span], jobs=[datetime])  LoadBar(value, limit, label=)
            Bars([Bar(name, value, said)], label=)
            Curve*([Dot(at, value)], label=, height=40, width=, marks=(low, high), days=(first, last))
plots       what answers to a finger, with its figures behind it as a table; `said(value)` writes the axis
            Trend([Point(name, value|None, said)], label=, said=, as_line=False, top=)   over time, oldest first
            Stacked([Slice(name, values, said, total)], series=names, said=)   amounts that make a whole
            Pareto([Ranked(name, value, said, route)], total=, on_open=opener)   longest first, with the share until there
            Scatter([Dotted(name, x, y, said, route)], label=, axes=(x, y), said=(x, y), on_open=opener, cross=(x, y))   logarithmic
            Behind*([(name, said)])   the figures of a picture, shown when asked for
photos      PhotoGrid([Photo(key, url|bytes, caption, waiting)], on_add=, size=104)
core.i18n   t(key, **p) n(key, count, **p) set_language(lang, mo=None) language() set_time_zone(tz)
            format_number(v, digits) _percent(ratio) _size(bytes) _duration(minutes|timedelta) _hours _timer(timedelta)
            _time _date _date_long _datetime _month _day(near by name) _late(due) _ago(instant) _moment(instant)
"""
