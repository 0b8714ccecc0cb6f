import { DAYS } from '../backups/draft.ts';
import { Check, Choice, TextField } from '../parts/fields.tsx';
import { texts } from '../texts.ts';
import type { StepProps } from './edit.tsx';

export function ScheduleStep({ draft, onChange, faultOf }: StepProps) {
  const { edit } = texts;
  const { repeat, days } = draft;
  return (
    <>
      <Check
        label={edit.scheduled}
        hint={edit.scheduledHint}
        value={draft.isScheduled}
        onChange={(isScheduled) => onChange({ isScheduled })}
      />
      {draft.isScheduled && (
        <>
          <TextField
            label={edit.first}
            type="datetime-local"
            value={draft.time}
            onInput={(time) => onChange({ time })}
            fault={faultOf('time')}
          />
          <div class="beside">
            <TextField
              label={edit.every}
              type="number"
              value={String(repeat.count)}
              onInput={(count) => onChange({ repeat: { ...repeat, count: Math.max(1, Number(count) || 1) } })}
            />
            <Choice
              label={edit.unit}
              value={repeat.unit}
              words={edit.units}
              onChange={(unit) => onChange({ repeat: { ...repeat, unit } })}
            />
          </div>
          <fieldset>
            <legend>{edit.days}</legend>
            <div class="days">
              {DAYS.map((day) => (
                <Check
                  key={day}
                  label={edit.dayNames[day]}
                  value={days.includes(day)}
                  onChange={(isOn) =>
                    onChange({ days: DAYS.filter((one) => (one === day ? isOn : days.includes(one))) })
                  }
                />
              ))}
            </div>
            <p class="hint">{edit.daysHint}</p>
          </fieldset>
        </>
      )}
    </>
  );
}
