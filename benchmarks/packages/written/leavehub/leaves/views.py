import csv

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views import View
from django.views.generic import CreateView, DeleteView, DetailView, ListView, TemplateView, UpdateView
from django_filters.views import FilterView

from users.mixins import HRRequiredMixin, ManagerRequiredMixin

from .filters import LeaveFilter
from .forms import DecisionForm, LeaveRequestForm
from .models import Holiday, LeaveRequest, LeaveType


class Dashboard(LoginRequiredMixin, TemplateView):
    template_name = 'leaves/dashboard.html'

    def get_context_data(self, **kwargs):
        taken = sum(x.days for x in self.request.user.leaves.filter(status='A'))
        return super().get_context_data(taken=taken, left=self.request.user.annual_days - taken, **kwargs)


class MyLeaves(LoginRequiredMixin, ListView):
    template_name = 'leaves/my_leaves.html'

    def get_queryset(self):
        return self.request.user.leaves.all()


class Apply(LoginRequiredMixin, CreateView):
    form_class = LeaveRequestForm
    template_name = 'leaves/form.html'

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), 'employee': self.request.user}


class OwnMixin(LoginRequiredMixin):
    def get_queryset(self):
        return LeaveRequest.objects.filter(employee=self.request.user)


class Detail(LoginRequiredMixin, DetailView):
    template_name = 'leaves/detail.html'

    def get_queryset(self):
        if self.request.user.is_manager:
            return LeaveRequest.objects.all()
        return LeaveRequest.objects.filter(employee=self.request.user)


class Edit(OwnMixin, UpdateView):
    form_class = LeaveRequestForm
    template_name = 'leaves/form.html'

    def get_queryset(self):
        return super().get_queryset().filter(status=LeaveRequest.Status.PENDING)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), 'employee': self.request.user}


class Cancel(OwnMixin, View):
    def post(self, request, pk):
        leave = get_object_or_404(self.get_queryset(), pk=pk)
        if leave.status not in (LeaveRequest.Status.PENDING, LeaveRequest.Status.APPROVED):
            messages.warning(request, 'Nothing to cancel')
            return redirect(leave)
        leave.status = LeaveRequest.Status.CANCELLED
        leave.save()
        messages.success(request, 'Cancelled')
        return redirect('leaves:mine')


class TeamLeaves(ManagerRequiredMixin, FilterView):
    filterset_class = LeaveFilter
    template_name = 'leaves/team.html'
    queryset = LeaveRequest.objects.select_related('employee', 'leave_type')


class Decide(ManagerRequiredMixin, View):
    def get(self, request, pk):
        leave = get_object_or_404(LeaveRequest, pk=pk)
        return render(request, 'leaves/decide.html', {'leave': leave, 'form': DecisionForm()})

    def post(self, request, pk):
        leave = get_object_or_404(LeaveRequest, pk=pk)
        form = DecisionForm(request.POST)
        if leave.employee == request.user:
            messages.error(request, 'You can not decide your own request')
            return redirect('leaves:team')
        if leave.status != LeaveRequest.Status.PENDING:
            messages.error(request, 'Already decided')
            return redirect('leaves:team')
        if not form.is_valid():
            return render(request, 'leaves/decide.html', {'leave': leave, 'form': form})
        leave.status = 'A' if form.cleaned_data['decision'] == 'approve' else 'R'
        leave.note = form.cleaned_data['note']
        leave.decided_by = request.user
        leave.save()
        messages.success(request, 'Saved')
        return redirect('leaves:team')


class BulkDecide(ManagerRequiredMixin, View):
    def post(self, request):
        ids = request.POST.getlist('selected')
        if not ids:
            messages.info(request, 'Nothing selected')
            return redirect('leaves:team')
        changed = LeaveRequest.objects.filter(pk__in=ids, status='P').exclude(employee=request.user).update(
            status='A', decided_by=request.user)
        messages.success(request, f'{changed} approved')
        return redirect('leaves:team')


class ExportCSV(ManagerRequiredMixin, View):
    def get(self, request):
        response = HttpResponse(content_type='text/csv')
        response['Content-Disposition'] = 'attachment; filename="leaves.csv"'
        writer = csv.writer(response)
        writer.writerow(['employee', 'type', 'start', 'end', 'status'])
        for x in LeaveFilter(request.GET, queryset=LeaveRequest.objects.all()).qs:
            writer.writerow([x.employee, x.leave_type, x.start, x.end, x.get_status_display()])
        return response


class CalendarEvents(LoginRequiredMixin, View):
    def get(self, request):
        events = [{'title': str(x.employee), 'start': x.start, 'end': x.end}
                  for x in LeaveRequest.objects.filter(status='A')]
        events += [{'title': h.name, 'start': h.day, 'end': h.day} for h in Holiday.objects.all()]
        return JsonResponse(events, safe=False)


class TypeList(HRRequiredMixin, ListView):
    model = LeaveType
    template_name = 'leaves/type_list.html'


class TypeCreate(HRRequiredMixin, CreateView):
    model = LeaveType
    fields = '__all__'
    template_name = 'leaves/form.html'
    success_url = reverse_lazy('leaves:types')


class TypeUpdate(HRRequiredMixin, UpdateView):
    model = LeaveType
    fields = '__all__'
    template_name = 'leaves/form.html'
    success_url = reverse_lazy('leaves:types')


class TypeDelete(HRRequiredMixin, DeleteView):
    model = LeaveType
    template_name = 'leaves/confirm.html'
    success_url = reverse_lazy('leaves:types')


class HolidayCreate(HRRequiredMixin, CreateView):
    model = Holiday
    fields = ['name', 'day']
    template_name = 'leaves/form.html'
    success_url = reverse_lazy('leaves:dashboard')
