"""`metline provision`: makes every line's number at the carrier lead here."""

import click

from handlers.ports import CarrierError
from sandbox.driver import SandboxDriver, SandboxError
from service import fallback, wiring
from service.config import Settings
from service.faults import Fault
from telephony.account import Account, wanted_hooks
from telephony.provision import set_hooks
from telephony.settings import VoiceSettings


def main(settings: Settings, *, dry_run: bool) -> None:
    """Set what is not as it must be; prints each line, `dry_run` only what would change."""
    if settings.carrier_url and not dry_run:
        tell_sandbox(settings)
    voice = wiring.voice_settings(settings)
    for line in fallback.lines(settings):
        click.echo(f"{line}: {_provisioned(voice, line, dry_run=dry_run)}")


def _provisioned(voice: VoiceSettings, line: str, *, dry_run: bool) -> str:
    wanted = wanted_hooks(voice, line)
    try:
        found = Account(voice).hooks(line)
        if found == wanted:
            return "as it must be"
        if found is None:
            raise Fault(f"the carrier account has no number {line}: buy it, or mend the directory")
        if not dry_run:
            set_hooks(voice, line, wanted)
    except CarrierError as problem:
        raise Fault(f"{problem.reason}: check TWILIO_ACCOUNT_SID and its token") from problem
    return "would be set" if dry_run else "set"


def _number(voice: VoiceSettings, line: str) -> dict[str, str]:
    hooks = wanted_hooks(voice, line)
    return {
        "phone_number": line,
        "voice_url": hooks.voice,
        "voice_fallback_url": hooks.fallback,
        "voice_fallback_method": "GET",
        "status_callback": hooks.status,
    }


def tell_sandbox(settings: Settings) -> None:
    """The sandbox forgets with its process: give it the numbers and the fallback documents."""
    voice = wiring.voice_settings(settings)
    driver = SandboxDriver(settings.carrier_url)
    try:
        driver.set_numbers(*(_number(voice, line) for line in fallback.lines(settings)))
        for name, document in fallback.documents(settings).items():
            driver.put_file(name, document)
    except (SandboxError, OSError) as problem:
        raise Fault(f"the sandbox does not answer ({problem}): start `metline up`") from problem
    finally:
        driver.close()
