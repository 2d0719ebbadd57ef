"""What the webhooks of all providers have in common."""

import asyncio

from bot.gateway.channels.webhooks import UnderWay


def test_a_webhook_waits_for_its_work_and_no_longer_than_patience() -> None:
    done = []

    async def work(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        done.append(name)

    async def webhooks() -> None:
        under_way = UnderWay(patience=0.2)
        await under_way.take(work("quick", 0.01))
        assert done == ["quick"]
        await under_way.take(work("slow", 0.4))
        assert done == ["quick"]
        await asyncio.sleep(0.4)
        assert done == ["quick", "slow"]  # done all the same

    asyncio.run(webhooks())
