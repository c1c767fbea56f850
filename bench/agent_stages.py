"""Where the agent's time went, from the story of a blade."""
import datetime

STAGES = ("environment", "network", "connect", "tls", "plan", "mount-root", "mount-shared", "switch-root", "exec-init", "running")


def stage_seconds(story):
    """Seconds from the begin of each stage to the begin of the next, of the newest boot."""
    boot = [event for event in story["events"] if event.get("boot_id")][-1]["boot_id"]
    begins = {}
    for event in story["events"]:
        if event.get("boot_id") == boot and event["source"] in ("agent", "monitor") and event.get("stage"):
            begins.setdefault(event["stage"], datetime.datetime.fromisoformat(event["time"]))
    return {stage: (begins[after] - begins[stage]).total_seconds() for stage, after in zip(STAGES, STAGES[1:])}
