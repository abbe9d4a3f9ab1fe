"""English: what the server alone writes for the public – first view, light page, feed."""

TEXTS: dict[str, str] = {
    # The state of the network
    "public.state.calm": (
        "All {count} stations that report are within the natural range, below {limit}."
    ),
    "public.state.raised": "Raised at {names}: above the natural range of {limit}.",
    "public.state.alarm": "High at {names}: above the alarm level of {alarm}.",
    "public.state.others": "The other stations that report ({count}) are below {limit}.",
    "public.state.plain": "Stations that report: {count}.",
    "public.state.none": "No station has reported yet.",
    "public.state.silent": "Stations without a value in this hour: {count}.",
    "public.state.late": "The newest data are from {age}. What is now is not known here.",
    "public.state.more": "and {count} more",
    "public.state.title": "State of the network",
    # The picture
    "public.picture": "Map of {title}, {when}. {state}",
    "public.unknown": "The network cannot know here",
    "public.no_hour": "no data yet",
    # The light page
    "public.lite.title": "Light page",
    "public.lite.about": "The same map as a picture and a table, without script.",
    "public.lite.map": "Full map",
    "public.lite.table": "Stations",
    "public.lite.means": "What it means",
    "public.lite.all": "All values as a file",
    "public.lite.feed": "Alarms as a feed",
    "public.lite.print": "This page prints on A4.",
    "public.lite.legend": "Colours",
    # Offline, embedded
    "public.offline": "Offline. Data from {when}.",
    "public.open": "Open the whole map",
    # The feed
    "public.feed.title": "Alarms and raised values",
    "public.feed.subtitle": (
        "One entry for each time that a station rises above {limit}. An entry changes while the "
        "value stays there."
    ),
    "public.feed.alarm": "High at {station}: up to {value}",
    "public.feed.raised": "Raised at {station}: up to {value}",
    "public.feed.open": "From {begin}. In the newest hour it is still so.",
    "public.feed.closed": "From {begin} to {end}. Since then it is below {limit} again, or silent.",
    "public.feed.peak": "Highest hourly mean {value} in the hour {when}.",
    "public.feed.unchecked": (
        "A value that no person has checked yet may be an error of the instrument."
    ),
    # Who is credited and named in the data that come with the server
    "public.shipped.land": "Natural Earth; GSHHG/WDBII; own outlines of waters about 2020",
    "public.shipped.values": "Simulated values, not measured",
    "public.shipped.network_kz": "Simulated demonstration network, Kazakhstan",
    "public.shipped.network_uz": "Simulated demonstration network, Uzbekistan",
}
