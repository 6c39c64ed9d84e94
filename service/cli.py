"""The command line. Each command imports its own module, so that `--help` is quick."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from service.faults import Fault


class Commands(click.Group):
    """Shows a fault as its line (or lines) and exits with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as problem:
            fault = _fault(problem)
            if fault is None:
                raise
            for line in str(fault).splitlines():
                click.echo(f"metline: {line}", err=True)
            ctx.exit(2)


def _fault(problem: Exception) -> Fault | None:
    """What went wrong in words for an operator, None when nobody foresaw it."""
    from models.errors import Unavailable

    if isinstance(problem, Unavailable):
        return Fault(f"{problem}: check DATABASE_URL and the server, and run `metline db upgrade`")
    return problem if isinstance(problem, Fault) else None


@click.group(cls=Commands)
def main() -> None:
    """Brings behavioral-health specialists onto 911 calls."""
    from service import logs

    logs.configure()


@main.command()
def up() -> None:
    """Run everything on this machine; Ctrl-C stops all of it."""
    from service import up as command

    command.main(os.environ, say=click.echo)


@main.command()
def serve() -> None:
    """Run the web process."""
    from service import local, serve, stores

    serve.main(stores.required(local.settings(os.environ)))


@main.command()
def worker() -> None:
    """Run the worker process."""
    from service import local, stores, worker

    worker.main(stores.required(local.settings(os.environ)))


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Apply every missing migration."""
    from service import database, local, stores

    with stores.opened(local.settings(os.environ)) as settings:
        database.upgrade(settings.database_url)


@db.command("check")
def db_check() -> None:
    """Tell whether the migrations build what the models say, on a database of its own."""
    from service import database

    database.check()
    click.echo("migrations are in step with the models")


@main.group()
def config() -> None:
    """The directory of agencies, lines, destinations and users."""


@config.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def config_apply(file: Path) -> None:
    """Import FILE; prints what changed, or changes nothing and says what is wrong."""
    from service import directory_file, local, stores

    with stores.opened(local.settings(os.environ)) as settings:
        directory_file.main(settings, file)


@main.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--user", required=True, metavar="EMAIL", help="Whose token it is.")
def token_create(user: str) -> None:
    """Print a new API token; it is shown this once."""
    from service import accounts, local, stores

    with stores.opened(local.settings(os.environ)) as settings:
        click.echo(accounts.create_token(settings, user))


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("password")
@click.argument("email")
def user_password(email: str) -> None:
    """Set the password of EMAIL: asked for, or the first line of standard input."""
    from service import accounts, local, stores

    with stores.opened(local.settings(os.environ)) as settings:
        accounts.set_password(settings, email, _password())
    click.echo(f"password of {email} set")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@main.command()
def demo() -> None:
    """Play every journey against the sandbox; exits 0 only if each held."""
    from service import demo, local

    demo.main(local.settings(os.environ))


@main.command("check-model")
def check_model() -> None:
    """Explore the call core; the last line is the result in JSON."""
    from service import check_model

    check_model.main()


@main.command()
def doctor() -> None:
    """Check this installation; exits non-zero on any fault, naming the mend."""
    from service import doctor, local

    doctor.main(local.settings(os.environ))


@main.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
def provision(dry_run: bool) -> None:  # noqa: FBT001 - click hands flags by name
    """Set every line's webhooks and the TwiML app at the carrier."""
    from service import local, provision, stores

    with stores.opened(local.settings(os.environ)) as settings:
        provision.main(settings, dry_run=dry_run)


@main.group()
def fallback() -> None:
    """The documents that speak when the service cannot."""


@fallback.command("write")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def fallback_write(folder: Path) -> None:
    """Write one document per line into FOLDER, for upload."""
    from service import fallback, local, stores

    with stores.opened(local.settings(os.environ)) as settings:
        fallback.write(settings, folder)


@main.group()
def docs() -> None:
    """The generated documents."""


@docs.command("check")
def docs_check() -> None:
    """Tell whether every generated document is in step."""
    from service import generated

    generated.check()


@docs.command("write")
def docs_write() -> None:
    """Generate every document anew."""
    from service import generated

    generated.write()


@docs.command("pictures")
def docs_pictures() -> None:
    """Play the demo and renew the documents' pictures and timelines from it."""
    from service import local, pictures

    pictures.write(local.settings(os.environ))


if __name__ == "__main__":
    main()
